// The editor of a decision table or a reference table: starts on the page that holds one.

import { Comments } from "./comments.js";
import { listenToCures } from "./cures.js";
import { Draft } from "./draft.js";
import { Grid } from "./grid.js";
import { listenToKeys } from "./keys.js";
import { Notices } from "./notices.js";
import { editReference } from "./reference.js";
import { Side } from "./side.js";
import { listenToTools } from "./tools.js";
import { watch } from "./watch.js";

const place = document.querySelector("[data-editor]");
if (place) start(place);
const sheet = document.querySelector("[data-sheet]");
if (sheet) editReference(sheet);

async function start(page) {
  const side = new Side(page);
  const notices = new Notices(page);
  const draft = new Draft(page.dataset, notices);
  const grid = new Grid(page, draft, side, notices);
  await grid.open();
  const comments = new Comments(page, grid);
  listenToKeys(page, grid, draft, comments);
  listenToTools(page, grid, draft, comments);
  listenToCures(grid, draft);
  page.dataset.ready = "yes";
  grid.marks.readLives();
  comments.count();
  watch(grid, draft, comments);
}
