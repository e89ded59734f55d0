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
