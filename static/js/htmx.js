// htmx, and what the pages expect around a swap: busy marks, focus, announcements, short addresses.
// Its settings stand in the meta tag "htmx-config" of templates/base.html. These hooks are an
// extension, not listeners: an event on an element that was swapped away reaches no listener.

import htmx from "htmx.org";

const BUSY_AFTER_MS = 300;
const timers = new WeakMap();
const turned = new WeakSet();

htmx.registerExtension("clearance", {
  htmx_config_request: (_, { ctx }) => {
    if (!ctx.sourceElement.matches?.("[data-filters]")) return;
    for (const [name, value] of [...ctx.request.body])
      if (value === "") ctx.request.body.delete(name);
  },
  htmx_before_request: (_, { ctx }) => {
    // The source may be swapped away, so what it was is kept with the request.
    if (ctx.sourceElement.closest?.(".pager")) turned.add(ctx);
    timers.set(
      ctx,
      setTimeout(() => mark(ctx, true), BUSY_AFTER_MS),
    );
  },
  htmx_finally_request: (_, { ctx }) => {
    clearTimeout(timers.get(ctx));
    mark(ctx, false);
  },
  htmx_after_swap: (_, { ctx }) => settle(ctx),
  htmx_error: (_, { ctx, error }) => {
    if (ctx && error?.name !== "AbortError")
      say("The server could not be reached. Nothing was lost; try again.", "alarm");
  },
});

function mark(ctx, busy) {
  const target = ctx.target?.isConnected
    ? ctx.target
    : document.getElementById(ctx.target?.id ?? "");
  const button = ctx.request?.submitter;
  for (const element of [target, button]) {
    if (busy) element?.setAttribute("aria-busy", "true");
    else element?.removeAttribute("aria-busy");
  }
}

/** Where the focus goes after a swap (design: filter stays, page moves to h1, refusal to field). */
function settle(ctx) {
  const fresh = document.getElementById(ctx.target?.id ?? "") ?? ctx.target;
  if (!fresh?.isConnected) return;
  const spoken = fresh.matches("[data-say]") ? fresh : fresh.querySelector("[data-say]");
  if (spoken) say(spoken.dataset.say);
  const status = ctx.response?.status;
  const next =
    (status === 422 && fresh.querySelector("[aria-invalid=true]")) ||
    (status >= 400 && fresh.querySelector("[role=alert]")) ||
    fresh.querySelector("[data-focus]") ||
    (turned.has(ctx) && document.querySelector("main h1"));
  if (!next) return;
  if (turned.has(ctx)) scrollTo(0, 0);
  if (!next.matches("input, textarea, select, button, a[href]"))
    next.setAttribute("tabindex", "-1");
  next.focus();
}

export function say(words, where = "say") {
  const place = document.getElementById(where);
  if (!place) return;
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = words));
}
