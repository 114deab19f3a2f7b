// Lighthouse over one page, as a simulated mobile phone; prints one JSON object.
//
//   node lighthouse.mjs CHROMIUM URL [COOKIE]
//
// Nothing is sent anywhere: no error reports, no checks for newer versions.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromium, url, cookie] = process.argv.slice(2);
const chrome = await launch({
  chromePath: chromium,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-component-update"],
});
try {
  const { lhr } = await lighthouse(url, {
    port: chrome.port,
    logLevel: "error",
    onlyCategories: ["accessibility", "performance"],
    extraHeaders: cookie ? { Cookie: cookie } : undefined,
    disableStorageReset: true,
  });
  const failing = lhr.categories.accessibility.auditRefs
    .filter(({ id }) => lhr.audits[id].score !== null && lhr.audits[id].score < 1)
    .map(({ id }) => id);
  console.log(JSON.stringify({
    version: lhr.lighthouseVersion,
    url: lhr.finalDisplayedUrl,
    accessibility: lhr.categories.accessibility.score,
    failing,
    lcp: lhr.audits["largest-contentful-paint"].numericValue,
    error: lhr.runtimeError ?? null,
  }));
} finally {
  await chrome.kill();
}
