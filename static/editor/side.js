// What stands around the grid: the row in words, what is wrong.

const PAUSE = 120;

export class Side {
  constructor(page) {
    this.page = page;
    this.marks = [];
    this.onProblems = () => {};
    this.check = oneAtATime((newer) => this.ask(newer));
    this.read = oneAtATime((newer, ...row) => this.reading(newer, ...row));
  }

  part(name) {
    return document.querySelector(`[data-${name}]`);
  }

  say(words) {
    document.getElementById("say").textContent = words;
    const place = this.part("found");
    if (place) place.textContent = words;
  }

  /** Show a row as a sentence, when the selection has come to rest. */
  sentence(draft, row, number) {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.read(draft, row, number), PAUSE);
  }

  async reading(newer, draft, row, number) {
    const base = `${draft.base}tables/${encodeURIComponent(draft.table)}`;
    const answer = await fetch(`${base}/reading?row=${encodeURIComponent(row)}`).catch(() => null);
    if (!answer?.ok || newer()) return;
    const { sentence } = await answer.json();
    this.part("row-number").textContent = `Row ${number}`;
    this.part("sentence").textContent = sentence;
  }

  problemsLater() {
    clearTimeout(this.checking);
    this.checking = setTimeout(() => this.check(), 400);
  }

  /** Show what is wrong at once, and again when real submissions have been counted. */
  async ask(newer) {
    const address = this.part("problems").dataset.problems;
    for (const query of ["?quick", ""]) {
      const answer = await fetch(address + query, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok || newer()) return;
      if (!this.show(await answer.text())) return;
    }
  }

  /** Put the problems in their place, and tell whether counts are still to come. */
  show(text) {
    const place = this.part("problems");
    const read = new DOMParser().parseFromString(text, "text/html");
    const focused = focusedAt(place);
    place.replaceChildren(...read.body.childNodes);
    if (focused >= 0) place.querySelectorAll("button, a, summary")[focused]?.focus();
    this.readProblems();
    this.onProblems(this.marks);
    return Boolean(place.querySelector("[data-uncounted]"));
  }

  readProblems() {
    this.marks = [...this.page.querySelectorAll("[data-problem]")].flatMap((place) => {
      const { rows, columns, severity } = place.dataset;
      return rows
        .split(" ")
        .filter(Boolean)
        .flatMap((row) =>
          columns.split("\u001f").map((column) => ({ row: Number(row), column, severity })),
        );
    });
  }

  /** Go to the next cell with a problem. */
  next(grid) {
    if (!this.marks.length) return;
    this.at = ((this.at ?? -1) + 1) % this.marks.length;
    const { row, column } = this.marks[this.at];
    const place = grid.columns.findIndex((one) => one.label === column);
    const at = grid.shown().findIndex((one) => one.data.n === row);
    grid.select(at, Math.max(place, 0));
  }
}

/**
 * Ask one thing at a time: of what is wanted meanwhile, the newest alone is asked afterwards. `ask`
 * is given a way to learn that something newer waits.
 */
function oneAtATime(ask) {
  let wanted = null;
  let busy = false;
  return async (...what) => {
    wanted = what;
    if (busy) return;
    busy = true;
    try {
      while (wanted) {
        const now = wanted;
        wanted = null;
        await ask(() => wanted !== null, ...now);
      }
    } finally {
      busy = false;
    }
  };
}

/** Where among the buttons of the problems the focus is, so that it can stay there. */
function focusedAt(place) {
  return [...place.querySelectorAll("button, a, summary")].indexOf(document.activeElement);
}
