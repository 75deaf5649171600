// How a cell looks: its text, an outcome with its mark, "-" in grey, a problem with a frame.

const OUTCOMES = new Set(["approve", "reject", "route", "review"]);
const CODE = /[<>=[\]()"]|\.\./;

export function format(grid) {
  return (cell) => {
    const value = cell.getValue() ?? "";
    const element = cell.getElement();
    const problem = grid.problems.get(`${cell.getRow().getData().id} ${cell.getField()}`) ?? "";
    element.dataset.drawn = problem;
    element.classList.toggle("ed-bad", problem === "error");
    element.classList.toggle("ed-warn", problem !== "" && problem !== "error");
    const column = grid.columns[Number(cell.getField().slice(1))];
    if (column.section === "Then" && OUTCOMES.has(value)) return outcome(value);
    const shown = document.createElement(CODE.test(value) ? "code" : "span");
    shown.textContent = value;
    if (value === "-") shown.className = "any";
    return shown;
  };
}

function outcome(kind) {
  const shown = document.createElement("span");
  shown.className = `outcome outcome--${kind}`;
  const sprite = document.body.dataset.sprite;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `mark mark--${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#m-${kind}`);
  svg.append(use);
  const word = document.createElement("span");
  word.textContent = kind;
  shown.append(svg, word);
  return shown;
}
