// The desk without a mouse: j and k walk the rows, Enter opens (it is a link), / searches, g goes to the queues, ? helps.
(() => {
  "use strict";
  const sheet = document.getElementById("keys");
  const rows = () => Array.from(document.querySelectorAll("[data-row]"));
  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
    all[next].focus();
  };
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const acts = {
    j: () => walk(1),
    k: () => walk(-1),
    "/": () => document.getElementById("search")?.focus(),
    g: () => document.getElementById("to-queues")?.click(),
    m: () => document.querySelector("#moves button:not([disabled]), #moves input:not([type=hidden]), #moves textarea")?.focus(),
    "?": () => sheet?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || sheet?.open) return;
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  document.getElementById("show-keys")?.addEventListener("click", () => sheet?.showModal());
})();
