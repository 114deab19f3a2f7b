// The demonstration card's window: hears what the page that opened it asks, shows it, and answers
// as the Web eID extension would. What is shown and done is the server's part; see window.py.
"use strict";
(() => {
  const page = window.opener, main = document.getElementById("main");
  const ACTION = /^web-eid:(status|authenticate|get-signing-certificate|sign)$/;
  const PERSON = 120000; // So long may a person take, in ms; the page doesn't wait longer either.
  let asked = null;      // the open question: {action, origin, fields}
  let running = null;    // aborts the step that is with the server
  let late = 0, release = null;

  const tell = (message, origin) => { if (page && !page.closed) page.postMessage(message, origin); };

  const end = (outcome, content) => {
    const { action, origin } = asked;
    asked = null;
    clearTimeout(late);
    tell({ action: `${action}-${outcome}`, ...content }, origin);
    // After the certificate comes the signature: the reader stays ours so long.
    if (!action.endsWith("certificate") || outcome === "failure") {
      release?.();
      release = null;
    }
  };

  const fail = (code) => { if (asked) end("failure", { error: { code, message: code } }); };

  const show = (content) => {
    main.replaceChildren(content);
    const title = main.querySelector("[data-title]");
    if (title) document.title = title.dataset.title;
    (main.querySelector("input:not([type=hidden])") || main).focus();
  };

  const local = (name) => show(document.querySelector(`template[data-state="${name}"]`).content.cloneNode(true));

  // One step: the question with what the person entered goes to the server, what comes is shown.
  const step = async (fields) => {
    running?.abort();
    const mine = running = new AbortController(), question = asked;
    const body = new URLSearchParams({ ...question?.fields, ...fields });
    const url = `/window?lang=${document.documentElement.lang}`;
    try {
      const reply = await fetch(url, { method: "POST", body, signal: mine.signal });
      if (!reply.ok) throw new Error(reply.statusText);
      const told = await reply.json();
      if (asked !== question) return;
      const content = document.createRange().createContextualFragment(told.html);
      if (told.failure) fail(told.failure);
      else if (told.answer && asked) end("success", told.answer);
      show(content);
      if (told.close) window.close();
    } catch {
      if (!mine.signal.aborted) local("away");
    } finally {
      if (running === mine) running = null;
    }
  };

  // One reader: a question of another tab waits here until the first has ended.
  const hold = (question) => new Promise((go) => {
    if (release || !navigator.locks) { go(); return; }
    const keep = () => asked === question && new Promise((free) => { release = free; go(); });
    navigator.locks.request("riik-card", { ifAvailable: true }, (lock) => {
      if (lock) return keep();
      local("busy");
      return void navigator.locks.request("riik-card", keep);
    });
  });

  const hear = async ({ source, origin, data }) => {
    if (!page || source !== page || !ACTION.test(data?.action)) return;
    const { action, options, libraryVersion, ...content } = data;
    tell({ action: `${action}-ack` }, origin);
    if (action === "web-eid:status") { tell({ action: `${action}-success` }, origin); return; }
    if (asked) {
      tell({ action: `${action}-failure`, error: { code: "ERR_WEBEID_ACTION_PENDING", message: "busy" } }, origin);
      return;
    }
    // The browser says where the page is; what the page says of itself doesn't count.
    asked = { action, origin, fields: { ...content, action, origin } };
    const question = asked;
    late = setTimeout(() => { running?.abort(); fail("ERR_WEBEID_USER_TIMEOUT"); local("late"); }, PERSON);
    await hold(question);
    if (asked === question) step({ do: "ask" });
  };

  main.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    event.preventDefault();
    if (pressed?.dataset.failure) { running?.abort(); fail(pressed.dataset.failure); window.close(); return; }
    if (pressed?.value === "close") { window.close(); return; }
    // A second press of Enter is no second try of the PIN; taking the card out always counts.
    if (running && pressed?.value !== "out") return;
    const fields = Object.fromEntries(new FormData(event.target));
    if (pressed?.name) fields[pressed.name] = pressed.value;
    step(fields);
  });

  if (!page) { local("alone"); return; }
  addEventListener("message", hear);
  // Says that the window is there: whoever opened it can't know otherwise. There is no secret in it.
  page.postMessage({ action: "web-eid:status-success" }, "*");
})();
