// How cells look: their text, an outcome with its mark, "-" in grey, a problem with a frame; the
// number of a row with its comments, and the life of a row.

import { bar, element, icon } from "./elements.js";

const OUTCOMES = new Set(["approve", "reject", "route", "review"]);
const CODE = /[<>=[\]()"]|\.\./;
const MUCH_OVERTURNED = 0.25;

export function format(grid) {
  return (cell) => {
    const value = cell.getValue() ?? "";
    const place = cell.getElement();
    const { mark, words } = grid.marks.of(cell.getData().id, cell.getField());
    place.dataset.drawn = mark;
    place.classList.toggle("ed-bad", mark === "error");
    place.classList.toggle("ed-warn", mark !== "" && mark !== "error");
    if (words) place.title = words;
    else place.removeAttribute("title");
    const column = grid.columns[Number(cell.getField().slice(1))];
    if (column.section === "Then" && OUTCOMES.has(value)) return outcome(value);
    const shown = element(CODE.test(value) ? "code" : "span", {}, value);
    if (value === "-") shown.className = "any";
    return shown;
  };
}

function outcome(kind) {
  const mark = icon(`m-${kind}`, `mark mark--${kind}`);
  return element("span", { class: `outcome outcome--${kind}` }, mark, element("span", {}, kind));
}

/** The number of a row, and how many comments wait there. */
export function formatNumber(grid) {
  return (cell) => {
    const { id, n } = cell.getData();
    const count = grid.marks.comments[id] ?? 0;
    const shown = element("span", { class: "ed-number" });
    if (count) {
      const words = `${count} ${count === 1 ? "comment" : "comments"}`;
      const mark = element("span", { class: "ed-talk", title: words, "data-talk": "" });
      mark.append(icon("message-square", "icon icon--sm"), String(count), element("span", { class: "vh" }, ` ${words}, row `));
      shown.append(mark);
    }
    shown.append(String(n));
    return shown;
  };
}

/** How often a row decided in 30 days; "new" and "dead" in place of nothing. */
export function formatHits(grid) {
  return (cell) => {
    const life = grid.marks.lives?.[cell.getData().id];
    if (!grid.marks.lives) return "";
    if (!life || life.new) return element("span", { class: "badge badge--ok" }, "new");
    const last = life.last ? `Last hit ${when(life.last)}` : "No hit yet";
    cell.getElement().title = life.drift ? `${drifted(life)}. ${last}` : last;
    if (life.dead) return element("span", { class: "badge badge--warn" }, "dead");
    const shown = element("span", { class: "life" });
    shown.append(bar(grid.marks.mostHits ? life.hits / grid.marks.mostHits : 0));
    if (life.drift) {
      const rises = life.drift[1] > life.drift[0];
      shown.append(icon(rises ? "trending-up" : "trending-down", "icon icon--sm warn"));
      shown.append(element("span", { class: "vh" }, drifted(life)));
    }
    shown.append(life.hits.toLocaleString("en-GB"));
    return shown;
  };
}

/** How often people said otherwise. */
export function formatOverturned(grid) {
  return (cell) => {
    const life = grid.marks.lives?.[cell.getData().id];
    if (!life || life.overturned === null) return "";
    const share = `${Math.round(life.overturned * 100)} %`;
    cell.getElement().title = `People settled ${life.settled} of these`;
    return life.overturned < MUCH_OVERTURNED ? share : element("b", { class: "bad" }, share);
  };
}

function drifted({ drift: [before, now] }) {
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  return `Its share of the decisions moved from ${percent(before)} to ${percent(now)}`;
}

function when(moment) {
  const shape = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Date(moment).toLocaleString("en-GB", shape);
}
