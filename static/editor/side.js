// What stands around the grid: whether it is saved, the row in words, what is wrong.

const PAUSE = 120;

export class Side {
  constructor(page) {
    this.page = page;
    this.marks = [];
    this.onProblems = () => {};
  }

  part(name) {
    return document.querySelector(`[data-${name}]`);
  }

  state(words, tone = "") {
    const place = this.part("state");
    place.textContent = words;
    place.className = tone;
  }

  saved(summary) {
    this.state(`Saved ${new Date().toLocaleTimeString("en-GB")}`);
    this.part("refusal").hidden = true;
    if (summary) this.say(summary);
  }

  /** Say why an edit was refused, and keep what the person typed where they can copy it. */
  refused(message, operations) {
    this.state("Not saved", "bad");
    const texts = (operations ?? []).flatMap((one) => (one.cells ?? []).map((cell) => cell[2]));
    const place = this.part("refusal");
    place.hidden = false;
    place.querySelector("p").textContent = message;
    const kept = place.querySelector("code");
    kept.hidden = !texts.length;
    kept.textContent = texts.slice(0, 20).join(" · ");
    document.getElementById("alarm").textContent = message;
  }

  say(words) {
    document.getElementById("say").textContent = words;
    const place = this.part("found");
    if (place) place.textContent = words;
  }

  /** Show a row as a sentence, when the selection has come to rest. */
  sentence(draft, row, number) {
    clearTimeout(this.reading);
    this.reading = setTimeout(async () => {
      const base = `${draft.base}tables/${encodeURIComponent(draft.table)}`;
      const answer = await fetch(`${base}/reading?row=${encodeURIComponent(row)}`).catch(() => null);
      if (!answer?.ok) return;
      const { sentence } = await answer.json();
      this.part("row-number").textContent = `Row ${number}`;
      this.part("sentence").textContent = sentence;
    }, PAUSE);
  }

  problemsLater() {
    clearTimeout(this.checking);
    this.checking = setTimeout(() => this.check(), 400);
  }

  async check() {
    const place = this.part("problems");
    const answer = await fetch(place.dataset.problems).catch(() => null);
    if (!answer?.ok) return;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...read.body.childNodes);
    this.readProblems();
    this.onProblems(this.marks);
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
    grid.select(row - 1, Math.max(place, 0));
  }
}
