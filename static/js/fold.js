// Opens the folded part that an address points at, and prints the record with all parts open.

function unfold() {
  const target =
    location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView({ block: "start" });
  }
}

addEventListener("hashchange", unfold);
unfold();

// The same link clicked twice changes no hash, but should open the part again.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.getAttribute("href") === location.hash) unfold();
  if (event.target.closest("[data-print]")) print();
});

addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll(
    "details.step:not([open]), details.more:not([open])",
  )) {
    part.open = true;
    part.dataset.openedToPrint = "yes";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("[data-opened-to-print]")) part.open = false;
});
