// Folds the navigation to a rail; the cookie lets the server draw it folded on the next page.

const YEAR = 31536000;

function fold() {
  const app = document.querySelector(".app");
  if (!app) return;
  const folded = app.classList.toggle("app--rail");
  document.cookie = `navigation=${folded ? "folded" : "open"}; path=/; max-age=${YEAR}; samesite=lax`;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-fold]")) {
    fold();
    event.target.closest("details")?.removeAttribute("open");
  }
  for (const open of document.querySelectorAll("details.nav__me[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
