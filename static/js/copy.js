// Copies the text of the element that a button's data-copy names, or of its viewer.

import { say } from "./htmx.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = button.dataset.copy
    ? document.getElementById(button.dataset.copy)
    : button.closest(".viewer")?.querySelector("pre");
  if (!source) return;
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
  } catch {
    // Without the right (plain http on a network), select it, so that Ctrl C does the rest.
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    say("Selected; press Ctrl C to copy");
  }
});
