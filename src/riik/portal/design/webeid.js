// An ID-card in a page, by the messages of Web eID 1.0: the extension's, or those of the
// demonstration card's window. webeid.html explains the attributes.
// Milliseconds of silence: extension, program, window, person.
const EXTENSION = 1000, PROGRAM = 5000, WINDOW = 15000, PERSON = 120000;
const lang = document.documentElement.lang, options = { lang };

// Keys name sentences, the fittest first.
const failure = (keys, number, signs) => Object.assign(new Error(keys[0]), { keys, number, signs });

const post = async (url, content, csrf) => {
  const headers = { "Content-Type": "application/json", "X-Csrf": csrf };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(content) }).catch(() => null);
  const told = await answer?.json().catch(() => null) || {};
  if (answer?.ok) return told;
  // Type and reason of the problem (RFC 9457), else the status, choose the sentence.
  const [type, number] = [told.type, told.instance].map((urn) => (urn || "").split(":").pop());
  const status = !answer || answer.status > 501 ? "network" : { 401: "expired", 429: "too-many" }[answer.status];
  throw failure([`${type}.${told.why}`, type, status, "other"], number, told.facts?.signs);
};

// One question and its answer. A card's window says hello by itself: `wait` sends nothing.
const ask = (reader, action, content, limit = PERSON, wait = false) => new Promise((resolve, reject) => {
  const send = () => reader.window.postMessage({ action, libraryVersion: "2.1.0", ...content }, reader.origin);
  const end = (settle, value) => {
    timers.forEach(clearTimeout);
    removeEventListener("message", hear);
    settle(value);
  };
  const fail = (key) => end(reject, failure([key]));
  const hear = ({ source, origin, data }) => {
    // Only who was asked may answer, and only from where it was asked.
    if (source !== reader.window || origin !== reader.origin) return;
    if (data?.action === `${action}-ack`) clearTimeout(timers[0]);
    else if (data?.action === `${action}-success`) end(resolve, data);
    // ERR_WEBEID_USER_CANCELLED is the sentence "user-cancelled".
    else if (data?.action === `${action}-failure`)
      fail(`${data.error?.code}`.replace(/^ERR_[A-Z]+?_/, "").toLowerCase().replaceAll("_", "-"));
    // The window was loaded anew, perhaps in another language: ask again.
    else if (data?.action === "web-eid:status-success") send();
  };
  const timers = [
    setTimeout(fail, reader.patience, reader.missing),
    setTimeout(fail, limit, limit < PERSON ? "native-unavailable" : "user-timeout"),
    setInterval(() => reader.window.closed && fail("user-cancelled"), 200),
  ];
  addEventListener("message", hear);
  if (!wait) send();
});

const authenticate = async (at, reader, tell) => {
  const { nonce } = await post(at.challenge, {}, at.csrf);
  tell("card");
  const { action, ...token } = await ask(reader, "web-eid:authenticate", { challengeNonce: nonce, options });
  tell("sending");
  return post(at.answer, token, at.csrf);
};

const sign = async (at, reader, tell) => {
  const form = document.getElementById(at.form), fields = form ? Object.fromEntries(new FormData(form)) : {};
  tell("card");
  const { certificate } = await ask(reader, "web-eid:get-signing-certificate", { options });
  tell("preparing");
  const { location, digest, hash } = await post(at.prepare, { ...fields, certificate }, at.csrf);
  if (location) return { location };
  tell("card");
  const { signature } = await ask(reader, "web-eid:sign", { certificate, hash: digest, hashFunction: hash, options });
  tell("sending");
  return post(at.complete, { ...fields, value: signature }, at.csrf);
};

const show = (root, { keys = [], number = "", signs = "" }) => {
  const find = (key) => key && root.querySelector(`template[data-error~="${CSS.escape(key)}"]`);
  const box = root.querySelector("[data-failure]"), text = box.querySelector("[data-sentence]");
  text.replaceChildren((keys.map(find).find(Boolean) || find("other")).content.cloneNode(true));
  for (const slot of text.querySelectorAll("[data-number]")) [slot.textContent, slot.parentNode.hidden] = [number, !number];
  for (const slot of text.querySelectorAll("[data-signs]")) slot.textContent = signs;
  box.hidden = false;
  box.focus();
};

let running = null; // One card, one operation: a second click only shows the first one's window.

const run = async (root, withCard) => {
  const at = root.dataset, region = root.querySelector("[data-progress]");
  const tell = (key) => { region.textContent = region.dataset[key] || ""; };
  root.querySelector("[data-failure]").hidden = true;
  tell("opening");
  try {
    // Within the click itself: browsers open no window later.
    running = withCard
      ? { window: open(`${at.card}/window?lang=${lang}`, "riik-card", "popup,width=480,height=840"), origin: at.card, patience: WINDOW, missing: "network" }
      : { window, origin: location.origin, patience: EXTENSION, missing: "extension-unavailable" };
    if (!running.window) throw failure(["popup-blocked"]);
    await ask(running, "web-eid:status", {}, withCard ? PERSON : EXTENSION + PROGRAM, withCard);
    const answer = await { authenticate, sign }[at.webeid](at, running, tell);
    const next = new URL(answer.location || at.next, location.href);
    if (next.origin !== location.origin) throw failure(["other", ""]);
    if (withCard) running.window.close();
    location.assign(next);
  } catch (failed) {
    // What the card said stands in its window; when the server refused, it has nothing to do.
    if (withCard && failed.keys?.length !== 1) running.window.close();
    running = null;
    tell("");
    show(root, failed);
  }
};

for (const root of document.querySelectorAll("[data-webeid]")) {
  root.querySelector("[data-progress]").textContent = "";
  for (const button of root.querySelectorAll("button[data-with]")) {
    button.hidden = false;
    button.onclick = () => running ? running.window.focus() : run(root, button.dataset.with === "card");
  }
}
// The back button shows the page as it is now.
addEventListener("pageshow", (event) => event.persisted && location.reload());
