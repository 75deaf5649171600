// What stands around the grid in words: whether it is saved, who else is there, and rows that
// somebody else changed at the same time, with both texts and a choice.

import { button, element, icon } from "./elements.js";
import { textsOf } from "./operations.js";

const MOST_SHOWN = 20;

export class Notices {
  constructor(page) {
    this.page = page;
    this.place = page.querySelector("[data-clashes]");
  }

  part(name) {
    return document.querySelector(`[data-${name}]`);
  }

  state(words, tone = "") {
    const place = this.part("state");
    if (!place) return; // A version that is no draft has nothing to save.
    place.textContent = words;
    place.className = tone;
  }

  saved(summary) {
    const now = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    this.state(`Saved ${now}`);
    if (summary) this.say(summary);
  }

  say(words) {
    document.getElementById("say").textContent = words;
  }

  alarm(words) {
    document.getElementById("alarm").textContent = words;
  }

  /** Say why something was refused, and keep what the person typed where they can copy it. */
  refused(message, operations) {
    this.state("Not saved", "bad");
    this.alarm(message);
    const texts = textsOf(operations);
    const body = element("div", {}, element("p", {}, message));
    if (texts.length) body.append(element("code", {}, texts.slice(0, MOST_SHOWN).join(" · ")));
    const card = element("div", { class: "notice notice--bad" }, icon("octagon-alert"), body);
    card.append(button("Close", () => card.remove()));
    this.place.append(card);
  }

  signedOut(count) {
    const kept = count ? `Your ${count === 1 ? "edit is" : `${count} edits are`} kept here, and ` : "";
    const words = kept ? `${kept}sent once you are back.` : "Nothing is lost.";
    this.state("Signed out", "bad");
    this.alarm(`You are signed out. ${words}`);
    const again = element("a", { class: "btn btn--sm", href: window.location.href }, "Sign in again");
    const said = element("div", {}, element("p", {}, `You are signed out. ${words}`));
    const card = element("div", { class: "notice notice--bad" }, icon("log-out"), said, again);
    this.place.append(card);
  }

  /** Who else is in the draft, and where. */
  company(people, table) {
    const place = this.part("company");
    if (!place) return;
    const numbers = this.numbers?.() ?? new Map();
    const words = people.map((one) => {
      const number = one.table === table ? numbers.get(one.row) : 0;
      const where = one.table === table ? "" : ` in ${one.in || "another table"}`;
      return number ? `${one.name} is at row ${number}` : `${one.name} is here${where}`;
    });
    if (place.textContent !== words.join(", ")) place.textContent = words.join(", ");
    this.onCompany?.(people.filter((one) => one.table === table));
  }

  /** Ask about every row that somebody else changed at the same time. */
  clashes(draft, grid) {
    for (const old of this.place.querySelectorAll(".clash")) old.remove();
    const cards = draft.clashes.flatMap((clash) =>
      clash.operations.map((operation) => card(draft, grid, this, clash, operation)),
    );
    const shown = cards.filter(Boolean).slice(0, MOST_SHOWN);
    if (cards.length > MOST_SHOWN)
      shown.push(
        element("p", { class: "clash small" }, `${cards.length - MOST_SHOWN} more rows follow.`),
      );
    this.place.append(...shown);
    if (!shown.length) return;
    this.state("Not saved: choose between two texts", "warn");
    this.alarm(shown[0].querySelector("p")?.textContent ?? "");
  }
}

/** One row that collides; nothing where both wrote the same. */
function card(draft, grid, notices, clash, operation) {
  const row = operation.cells?.[0][0] ?? operation.rows?.[0];
  const record = grid.records.find((one) => one.id === row);
  const cells = (operation.cells ?? []).map(([, id, mine]) => {
    const column = grid.columns.find((one) => one.id === id);
    return { label: column?.label ?? id, theirs: record?.[column?.field] ?? "", mine };
  });
  if (record && cells.length && cells.every((cell) => cell.theirs === cell.mine)) {
    draft.decide(clash, [operation], false);
    return null;
  }
  const who = clash.words.split(" changed ")[0];
  const what = record ? `row ${record.n}` : operation.op === "hit_policy" ? "this table" : "a row";
  const did = record || operation.op === "hit_policy" ? "changed" : "removed";
  const said = element("p", {}, `${who} ${did} ${what} while you were editing.`);
  const choose = (mine) => () => {
    draft.decide(clash, [operation], mine);
    if (mine && operation.cells) grid.put([asRecord(grid, operation)]);
    notices.clashes(draft, grid);
    if (!draft.clashes.length && !mine) notices.saved();
    grid.place.querySelector(".tabulator-tableholder").focus();
  };
  const mineWords = { cells: "Use my text", remove_rows: "Remove it anyway" };
  const buttons = element("div", { class: "row row--tight" }, button("Keep theirs", choose(false)));
  if (did === "changed")
    buttons.append(button(mineWords[operation.op] ?? "Use mine", choose(true)));
  const body = element("div", { class: "stack" }, said, cells.length ? compared(cells, record) : "", buttons);
  return element("div", { class: "notice notice--warn clash" }, icon("triangle-alert"), body);
}

function compared(cells, record) {
  const list = element("dl", { class: "clash__texts" });
  for (const { label, theirs, mine } of cells) {
    const term = element("dt", {}, label);
    const both = element("dd", {});
    if (record) both.append("Theirs ", element("code", {}, theirs || "empty"), " ");
    both.append("Yours ", element("code", { class: "chg" }, mine || "empty"));
    list.append(element("div", {}, term, both));
  }
  return list;
}

function asRecord(grid, { cells }) {
  const fields = new Map(grid.columns.map((column) => [column.id, column.field]));
  return Object.fromEntries([
    ["id", cells[0][0]],
    ...cells.map(([, column, text]) => [fields.get(column), text]),
  ]);
}
