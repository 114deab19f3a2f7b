// A stranger at the national login: openid-client, the certified client of Node's world.
// Reads the person's answers as lines, writes one line of JSON a step.
import { createInterface } from "node:readline/promises";
import { stdin, stdout } from "node:process";
import * as client from "openid-client";

const [issuer, id, secret, back, home] = process.argv.slice(2);
const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();
const say = (value) => stdout.write(`${JSON.stringify(value)}\n`);
const attempt = async (action) => {
  try {
    return await action();
  } catch (error) {
    return { error: error.error || error.code || error.message };
  }
};

const config = await client.discovery(
  new URL(issuer), id, undefined, client.ClientSecretBasic(secret),
  { execute: [client.allowInsecureRequests] },
);
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState(), nonce = client.randomNonce();
const asked = client.buildAuthorizationUrl(config, {
  redirect_uri: back, scope: "openid", state, nonce, max_age: "600", ui_locales: "en",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
});
say({ asked });

const callback = new URL((await lines.next()).value);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 600 };
const tokens = await client.authorizationCodeGrant(config, callback, checks);
const claims = tokens.claims();
const profile = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
say({ claims, profile });

// The same code once more, and a callback of another issuer (mix-up, RFC 9207).
const replayed = await attempt(() => client.authorizationCodeGrant(config, callback, checks));
const after = await attempt(() => client.fetchUserInfo(config, tokens.access_token, claims.sub));
const foreign = new URL(callback);
foreign.searchParams.set("iss", "https://evil.example");
const mixed = await attempt(() => client.authorizationCodeGrant(config, foreign, checks));
say({ replayed, after, mixed });

say({ leave: client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: home, state }) });
process.exit(0);
