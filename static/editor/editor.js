// The editor of a decision table: starts on the page that holds one.

import { Draft } from "./draft.js";
import { Grid } from "./grid.js";
import { listenToKeys } from "./keys.js";
import { listenToTools } from "./tools.js";
import { Side } from "./side.js";

const place = document.querySelector("[data-editor]");
if (place) start(place);

async function start(page) {
  const side = new Side(page);
  const draft = new Draft(page.dataset, side);
  const grid = new Grid(page, draft, side);
  await grid.open();
  if (draft.mayEdit) listenToKeys(page, grid, draft);
  listenToTools(page, grid, draft);
  page.dataset.ready = "yes";
}
