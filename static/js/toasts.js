// Toasts go after a while, but stay while the pointer or the focus is on them.

const STAY_MS = 8000;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  let timer = 0;
  const start = () => (timer = setTimeout(() => toast.remove(), STAY_MS));
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

const watchAll = () => document.querySelectorAll("[data-toast]").forEach(watch);

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
});
new MutationObserver(watchAll).observe(document.body, { childList: true, subtree: true });
watchAll();
