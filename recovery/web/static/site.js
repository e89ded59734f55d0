// A hash is one line although its field shows two: Enter sends it.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("textarea[name=reference]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
})();

// Says aloud what a poll changed, for those who listen to the page instead of looking at it.
(() => {
  "use strict";
  const spoken = document.getElementById("announce");
  const frame = document.getElementById("frame");
  if (!spoken || !frame) return;
  let label = frame.querySelector("[data-label]")?.dataset.label;
  new MutationObserver(() => {
    const now = frame.querySelector("[data-label]")?.dataset.label;
    if (now && now !== label) {
      label = now;
      spoken.textContent = now;
    }
  }).observe(frame, { childList: true });
})();
