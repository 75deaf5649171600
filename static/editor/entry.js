// The field in which a cell is typed: a list of what may follow, and below it what the text means or
// what is wrong with it, as our engine reads it.
//
// Not @bpmn-io/feel-editor: it adds 520 kB (157 kB packed) to a grid of 305 kB, its grammar knows
// neither texts without quotes nor our names, and its own checks would contradict the engine's.

import { element } from "./elements.js";
import { addRow } from "./keys.js";
import { matching } from "./offers.js";

const PAUSE = 60; // Milliseconds without a key until the engine is asked.
const ROOM = 260;
const LINE = "↵";

/** The editor of a column, as the library wants it. */
export function entry(grid, column) {
  return (cell, onRendered, success, cancel) => {
    const field = new Entry(grid, column, cell, { success, cancel });
    onRendered(() => field.open());
    return field.input;
  };
}

class Entry {
  constructor(grid, column, cell, { success, cancel }) {
    Object.assign(this, { grid, column, cell, success, cancel });
    const { n } = cell.getData();
    this.input = element("input", {
      class: "ed-entry",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-label": `${column.label}, row ${n}`,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "ed-offers",
      "aria-describedby": "ed-meaning",
    });
    this.before = String(cell.getValue() ?? "");
    // A field of one line would drop the ends of lines.
    this.input.value = this.before === column.empty ? "" : this.before.replaceAll("\n", LINE);
    this.untouched = this.input.value;
    this.input.placeholder = column.hint ?? column.empty;
    this.list = element("ul", { class: "menu", id: "ed-offers", role: "listbox", "aria-label": "What may follow" });
    this.meaning = element("p", { class: "ed-meaning", id: "ed-meaning", "aria-live": "polite" });
    this.pop = element("div", { class: "ed-pop", popover: "manual" }, this.list, this.meaning);
    this.list.hidden = this.meaning.hidden = true;
    this.offers = [];
    this.at = -1;
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("blur", () => this.leave());
    // A click must not take the focus from the field.
    this.pop.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.accept(Number(option.dataset.at), event);
    });
  }

  open() {
    this.grid.page.append(this.pop);
    this.grow();
    this.input.focus({ preventScroll: true });
    this.input.select();
    // The list of allowed values drops down at once; names only when something is typed.
    const offers = this.grid.offers.of(this.column, () => !this.gone && this.refresh(this.asked));
    if (offers.length) this.refresh(true);
    this.ask();
    this.scrolled = () => this.placeLater();
    this.grid.place.addEventListener("scroll", this.scrolled, true);
  }

  typed() {
    this.grow();
    this.refresh(false);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  grow() {
    // A long text spills over the cells to its right.
    this.input.style.inlineSize = `max(100%, min(${this.input.value.length + 4}ch, 36rem))`;
  }

  // What may follow

  refresh(asked) {
    this.asked = asked;
    const offers = this.grid.offers.of(this.column, () => {});
    const caret = this.input.selectionStart;
    const whole = asked && this.input.value.length === this.input.selectionEnd - caret;
    const before = whole ? "" : this.input.value.slice(0, caret);
    const found = matching(offers, this.column, before, { asked });
    const word = before.slice(found.from).toLowerCase();
    const complete = found.offers.some((one) => one.text.toLowerCase() === word);
    this.from = found.from;
    this.whole = whole;
    this.offers = complete && found.offers.length === 1 ? [] : found.offers;
    // Something typed leads to its first ending; a list that only dropped down waits for an arrow.
    this.show(word && !complete ? 0 : -1);
  }

  show(at) {
    this.at = this.offers.length ? at : -1;
    if (!this.offers.length && this.list.hidden) return;
    this.list.replaceChildren(
      ...this.offers.map((offer, number) => {
        const note = offer.kind === "function" ? `gives ${offer.type}` : offer.detail || offer.type;
        const chosen = number === this.at;
        const option = element(
          "li",
          { role: "option", id: `ed-offer-${number}`, "aria-selected": String(chosen), "data-at": number },
          element("code", {}, offer.text),
          element("span", { class: "push" }, note),
        );
        option.classList.toggle("is-active", chosen);
        return option;
      }),
    );
    this.list.hidden = !this.offers.length;
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-expanded", String(this.offers.length > 0));
    if (this.at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `ed-offer-${this.at}`);
    this.placeLater();
  }

  accept(at, event) {
    const offer = this.offers[at];
    const { value, selectionEnd } = this.input;
    const start = this.whole ? 0 : this.from;
    const rest = this.whole ? "" : value.slice(selectionEnd);
    this.input.value = value.slice(0, start) + offer.text + rest;
    const caret = start + offer.text.length - (offer.kind === "function" ? 1 : 0);
    this.input.setSelectionRange(caret, caret);
    this.offers = [];
    this.show(-1);
    this.grow();
    this.ask();
    if (offer.kind === "value" && event.type === "mousedown") this.commit();
  }

  // What it means

  async ask() {
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.column.section === "Notes") return this.say("", "");
    this.asking = new AbortController();
    const text = this.input.value;
    const said = await this.grid.draft.check(this.column.id, text, this.asking.signal);
    // An answer that came late is about another text.
    if (this.gone || !said || text !== this.input.value) return;
    const [problem] = said.problems ?? [];
    this.problem = problem ?? (said.message ? { message: said.message, severity: "error" } : null);
    if (this.problem) this.say([this.problem.message, this.problem.hint].filter(Boolean).join(" "), this.problem.severity);
    else this.say(said.meaning, "");
  }

  say(words, severity) {
    if (!words && this.meaning.hidden) return;
    this.meaning.textContent = words;
    this.meaning.className = `ed-meaning${severity ? ` ed-meaning--${severity}` : ""}`;
    this.meaning.hidden = !words;
    this.input.setAttribute("aria-invalid", String(severity === "error"));
    this.cell.getElement().classList.toggle("ed-bad", severity === "error");
    this.placeLater();
  }

  /** Once before the next frame: a page that is laid out for every key is late for the next one. */
  placeLater() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.gone) this.place();
    });
  }

  /** Below the cell, or above it where there is no room. */
  place() {
    const empty = this.list.hidden && this.meaning.hidden;
    this.pop.togglePopover(!empty);
    if (empty) return;
    const { left, top, bottom } = this.input.getBoundingClientRect();
    const { style } = this.pop;
    style.left = `${Math.max(4, Math.min(left, innerWidth - this.pop.offsetWidth - 4))}px`;
    const above = innerHeight - bottom < ROOM && top > ROOM;
    style.top = above ? "auto" : `${bottom + 2}px`;
    style.bottom = above ? `${innerHeight - top + 2}px` : "auto";
  }

  // Keys, and the end

  press(event) {
    const open = this.offers.length > 0;
    const act = {
      ArrowDown: () => (open ? this.step(1) : this.refresh(true)),
      ArrowUp: () => open && this.step(-1),
      Enter: () => (event.ctrlKey || event.metaKey ? this.commitAndAdd() : this.at >= 0 ? this.take(event, "down") : this.commit(event.shiftKey ? "up" : "down")),
      Tab: () => (this.at >= 0 ? this.take(event, "right") : this.commit(event.shiftKey ? "left" : "right")),
      Escape: () => (open && this.at >= 0 ? this.fold() : this.close(() => this.cancel())),
      " ": event.ctrlKey ? () => this.refresh(true) : null,
    }[event.key];
    event.stopPropagation();
    if (!act) return;
    event.preventDefault();
    act();
  }

  step(by) {
    const count = this.offers.length;
    this.show(this.at < 0 && by < 0 ? count - 1 : (this.at + by + count) % count);
  }

  /** Take the marked offer; a whole value is also the end of the cell. */
  take(event, direction) {
    const value = this.offers[this.at].kind === "value";
    this.accept(this.at, event);
    if (value) this.commit(direction);
  }

  fold() {
    this.offers = [];
    this.show(-1);
  }

  leave() {
    if (!this.gone) this.commit();
  }

  commit(direction) {
    const text = this.input.value.trim().replaceAll(LINE, "\n");
    const same = this.input.value === this.untouched;
    const kept = same ? this.before : text === "" ? this.column.empty : text;
    const row = this.cell.getData();
    if (this.problem) this.grid.marks.left(row.id, this.column.field, this.problem);
    this.close(() => (kept === this.before ? this.cancel() : this.success(kept)));
    if (direction) this.grid.go(direction);
  }

  commitAndAdd() {
    this.commit();
    addRow(this.grid);
  }

  close(end) {
    if (this.gone) return;
    this.gone = true;
    clearTimeout(this.timer);
    this.asking?.abort();
    this.grid.place.removeEventListener("scroll", this.scrolled, true);
    this.pop.remove();
    end();
  }
}
