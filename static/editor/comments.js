// Comments on a row in a panel beside the grid: the page of the row, without its frame.

import { button, element, icon } from "./elements.js";

const NOT_SAVED =
  "This row is kept in your browser and not saved yet: there is no connection. " +
  "It can be commented on as soon as it is saved.";

export class Comments {
  constructor(page, grid) {
    this.page = page;
    this.grid = grid;
    this.base = page.dataset.comments.replace(/comments\.json$/, "");
    this.panel = page.querySelector("[data-talk-panel]");
    this.panel.addEventListener("submit", (event) => this.send(event));
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      const form = event.target.form;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) form.requestSubmit();
    });
  }

  /** Count the open comments of every row. */
  async count() {
    const answer = await fetch(`${this.base}comments.json`).catch(() => null);
    if (!answer?.ok) return;
    const counts = await answer.json();
    if (JSON.stringify(counts) === JSON.stringify(this.grid.marks.comments)) return;
    this.grid.marks.comments = counts;
    this.grid.redraw(true);
  }

  async open() {
    const record = this.grid.chosen();
    if (!record) return;
    this.row = record.id;
    const name = `Comments on row ${record.n}`;
    const shut = button("", () => this.close(), { "aria-label": "Close the comments" });
    shut.className = "btn btn--quiet btn--icon push";
    shut.append(icon("x"));
    const title = element("h2", { class: "sec__title", tabindex: "-1" }, name);
    this.body = element("div", { class: "ed__talk-body" });
    this.panel.setAttribute("aria-label", name);
    this.panel.replaceChildren(element("div", { class: "ed__shead" }, title, shut), this.body);
    this.panel.hidden = false;
    if (this.grid.unknown(record.id)) this.say(NOT_SAVED);
    else await this.show(await this.ask(this.address(), {}));
    (this.panel.querySelector("textarea") ?? title).focus();
  }

  address() {
    return `${this.base}rows/${encodeURIComponent(this.row)}/comments/`;
  }

  ask(address, request) {
    const headers = { "HX-Request": "true" };
    return fetch(address, { ...request, headers }).catch(() => null);
  }

  async send(event) {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form));
    const answer = await this.ask(form.action, { method: "POST", body });
    if (!(await this.show(answer))) return;
    const wrong = this.panel.querySelector("[aria-invalid=true]");
    const next = ["textarea", "h2"].map((part) => this.panel.querySelector(part));
    (wrong ?? next.find(Boolean)).focus();
    this.count();
  }

  /** Show an answer; without one, what was typed stays. */
  async show(answer) {
    const fragment = answer && !answer.redirected && (answer.ok || [409, 422].includes(answer.status));
    if (!fragment) {
      this.say("The comments could not be reached. Nothing was lost; try again.");
      return false;
    }
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.body.replaceChildren(...read.body.childNodes);
    return true;
  }

  say(words) {
    this.body.querySelector("[role=alert]")?.remove();
    this.body.prepend(element("p", { class: "notice notice--warn", role: "alert" }, words));
  }

  close() {
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.grid.focus();
  }
}
