// Keys of the desk. A letter presses what has it as data-key; J and K walk along data-step, X ticks
// the row. Only outside of fields, and without Ctrl, Alt or Meta; the page is the same without this.
"use strict";
(() => {
  const fields = "input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select, [contenteditable]";
  const shown = (element) => element.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);

  const walk = (by) => {
    const steps = all("[data-step], .next a");
    const here = steps.indexOf(document.activeElement.closest("[data-step], .next a") || document.querySelector(".next [aria-current]"));
    const step = steps[Math.min(Math.max(here + by, 0), steps.length - 1)];
    if (!step) return;
    step.focus();
    // In the rail the next case is opened, in a table the row is chosen.
    if (step.closest(".next")) step.click();
  };

  const acts = {
    J: () => walk(1),
    K: () => walk(-1),
    X: () => document.activeElement.closest("[data-row]")?.querySelector(".tick")?.click(),
    Q: () => document.querySelector(".tabs a")?.click(),
    "/": () => document.getElementById("find")?.focus(),
    "?": () => document.querySelector("a[href='/desk/keys']")?.click(),
  };

  // Who refuses sees what a refusal can rest on.
  addEventListener("change", ({ target }) => {
    const grounds = document.querySelector("#grounds details");
    if (grounds && target.name === "outcome" && target.value === "refuse" && !document.querySelector("#grounds :checked")) grounds.open = true;
  });

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.(fields)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.length === 1 ? event.key.toUpperCase() : "";
    const pressed = key && all(`[data-key="${CSS.escape(key)}"]`)[0];
    const act = pressed ? () => pressed.click() : acts[key];
    if (!act) return;
    event.preventDefault();
    act();
    // What a summary opened is there to be filled in.
    pressed?.closest("details[open]")?.querySelector("form input:not([type=hidden]), form select")?.focus();
  });
})();
