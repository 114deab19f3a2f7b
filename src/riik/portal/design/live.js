// Keeps a page's parts marked data-live up to date, until the visitor pauses it.
// Without this script the page is the same; its link "Show the newest" loads it again.
"use strict";
(() => {
  const button = document.querySelector("[data-live-pause]");
  const link = document.querySelector("[data-live-reload]");
  if (!button || !window.fetch) return;
  const every = Number(document.documentElement.dataset.liveSeconds || 3) * 1000;
  let running = true;

  const isInUse = (part) => {
    const chosen = document.getSelection();
    return part.contains(document.activeElement)
      || part.querySelector("details[open]")
      || (chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode));
  };

  const renew = async () => {
    if (!running || document.hidden) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const newer = next.getElementById(part.id);
      if (newer && newer.innerHTML !== part.innerHTML && !isInUse(part)) part.replaceChildren(...newer.childNodes);
    }
  };

  const turn = async () => {
    try { await renew(); } catch { /* The country may be away; the next turn tries again. */ }
    setTimeout(turn, every);
  };

  const show = () => {
    document.documentElement.classList.toggle("live", running);
    button.textContent = running ? button.dataset.pause : button.dataset.resume;
  };

  button.hidden = false;
  if (link) link.hidden = true;
  button.addEventListener("click", () => {
    running = !running;
    show();
  });
  show();
  setTimeout(turn, every);
})();
