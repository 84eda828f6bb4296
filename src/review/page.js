// The page: the notice beside its tables, a walk from doubt to doubt, and what the reviewer says.
//
// Every word of the notice goes through `textContent`; nothing is ever parsed as HTML. Cells are
// named by their indices: "annex.row.column". The data is laid out by data.rs.

"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const store = `fubiao.review.${data.source.sha256}`;

/** What was said of cells: key -> { verdict, value, at, comment }, and `by` if by another reviewer. */
const said = new Map();
for (const [a, annex] of data.annexes.entries()) {
  for (const [r, row] of annex.rows.entries()) {
    // What a result made earlier has of corrections goes on from here.
    row.cells.forEach((cell, c) => cell[4] && said.set([a, r, c].join("."), cell[4]));
  }
}
/** Numbers of doubts that the reviewer ticked off. */
const seen = new Set();
let lang = data.lang ?? ((navigator.language || "zh").startsWith("zh") ? "zh" : "en");
let doubt = -1; // number of the doubt that is open
let onPaper = false; // whether all doubts are shown whole, as they are printed
let chosen = null; // key of the cell in the panel
let unsaved = 0;

const words = () => WORDS[lang];
const pick = (pair) => (lang === "zh" ? pair[1] : pair[0]);

/** What nobody sees, or what turns the text around it; line ends and tabs are what they are. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\uFFF9-\uFFFB]/gu;

/** A text with an escape where something is hidden, as `1234` with a mark of direction reads as 4321. */
const plain = (text) => text.replace(HIDDEN, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** An element with properties and children; strings among the children are text, shown plain. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  const shown = children.filter((child) => child !== null && child !== undefined && child !== "");
  element.append(...shown.map((child) => typeof child === "string" ? plain(child) : child));
  return element;
}

// ---- Figures and sums -----------------------------------------------------------------------

const keyOf = (cell) => cell.join(".");
const cellAt = (key) => {
  const [a, r, c] = key.split(".").map(Number);
  const annex = data.annexes[a];
  const row = annex?.rows[r];
  const cell = row?.cells[c];
  if (!cell) return null;
  const [raw, value, status, place, , sight] = cell;
  return { annex, row, column: annex.columns[c], raw, value, status, place, sight };
};

/** The figure that an operand has now: null for a blank, undefined where it can't be read. */
function figureOf(operand) {
  if (operand.length === 2) {
    const quantity = data.targets[operand[0]]?.quantities[operand[1]];
    return figure(quantity?.[1] ?? "") ?? undefined;
  }
  const key = keyOf(operand);
  const cell = cellAt(key);
  if (!cell) return undefined;
  const word = said.get(key);
  if (word?.verdict === "corrected") return word.value === null ? null : figure(word.value) ?? undefined;
  if (cell.status === "value") return figure(cell.value) ?? undefined;
  return cell.status === "blank" || cell.status === "placeholder" ? null : undefined;
}

const sums = data.sums.map(([stated, parts, allowance]) => ({ stated, parts, allowance: figure(allowance) ?? ZERO }));
const faresNow = (sum) => fares(figureOf(sum.stated), sum.parts.map(figureOf), sum.allowance);
const holds = (sum) => ["exact", "rounded"].includes(faresNow(sum).state);
const heldAtFirst = sums.map(holds);

// ---- Doubts ---------------------------------------------------------------------------------

const doubts = [
  ...data.findings.map((finding) => ({ ...finding, kind: "finding" })),
  ...data.diagnostics.map((remark) => ({
    ...remark, kind: "remark", sums: [], suspects: [], places: remark.place ? [remark.place] : [],
  })),
  ...doubtfulReadings(),
];

/** A doubt for each cell that was read from a picture and is not certain. */
function doubtfulReadings() {
  const found = [];
  for (const [a, annex] of data.annexes.entries()) {
    for (const [r, row] of annex.rows.entries()) {
      row.cells.forEach((cell, c) => cell[5] && found.push({
        kind: "reading", severity: "warning", sums: [], suspects: [], places: [cell[3]], cell: [a, r, c],
      }));
    }
  }
  return found;
}
const suspects = new Map(); // key of a cell -> the likeliest proposal
for (const finding of doubts.filter((d) => d.severity !== "note")) {
  const likeliest = finding.suspects.filter((s) => s.cell);
  for (const suspect of likeliest.slice(0, 1)) {
    if (!suspects.has(keyOf(suspect.cell))) suspects.set(keyOf(suspect.cell), suspect.proposed);
  }
}

/** `mended`, `answered`, `ticked`, `open`, or `gone` for a sum that a correction broke and another mended. */
function stateOf(number) {
  const it = doubts[number];
  const isSaid = (reading) => said.has(keyOf(reading.cell));
  if (it.kind === "reading" && isSaid(it)) return "answered";
  if (it.code === "readings_doubtful" && doubts.filter((d) => d.kind === "reading").every(isSaid)) return "answered";
  if (it.kind === "fresh" && holds(sums[it.sums[0]])) return "gone";
  const broken = it.sums.filter((s) => !heldAtFirst[s]);
  if (broken.length && broken.every((s) => holds(sums[s]))) return "mended";
  // A sum that is still broken has a wrong figure somewhere: only when each that may be is confirmed is it the
  // notice's own fault. That one of several is right answers nothing.
  const cells = candidatesOf(it);
  if (cells.length && cells.every((key) => said.get(key)?.verdict === "confirmed")) return "answered";
  return seen.has(number) ? "ticked" : "open";
}

/** Keys of the cells of which one must be wrong: those that are suspected, or all of the sums where none is. */
function candidatesOf(it) {
  const suspected = it.suspects.map((s) => s.cell).filter(Boolean);
  const summed = it.sums.flatMap((s) => [sums[s].stated, ...sums[s].parts]).filter((cell) => cell.length === 3);
  return [...new Set((suspected.length ? suspected : summed).map(keyOf))];
}

/** Adds a doubt for each sum that held as printed and does not with what the reviewer says. */
function findFresh() {
  const known = new Set(doubts.filter((d) => d.kind === "fresh").map((d) => d.sums[0]));
  sums.forEach((sum, s) => {
    if (!heldAtFirst[s] || known.has(s) || holds(sum)) return;
    doubts.push({ kind: "fresh", severity: "error", sums: [s], suspects: [], places: [] });
    numbers.push(doubts.length - 1);
  });
}

/** Why a reading is doubtful. */
const causesOf = (sight) => sight.doubt.map((code) => words().causes[code] ?? code).join(lang === "zh" ? "、" : ", ");

function readingMessage(it) {
  const { row, column, raw, sight } = cellAt(keyOf(it.cell));
  return `${row.region} ${column.path.join("/")}: ${raw || words().blank} (${causesOf(sight)})`;
}

const messageOf = (it) => (it.kind === "reading" ? readingMessage(it) : it.kind === "fresh" ? `${words().newBreak}: ${labels(sums[it.sums[0]]).title}` : pick(it.message));
const isWalked = (number) => doubts[number].severity !== "note" && stateOf(number) !== "gone";
const numbers = doubts.map((_, number) => number);
const openDoubts = () => numbers.filter((n) => isWalked(n) && stateOf(n) === "open");

// ---- The list of doubts ---------------------------------------------------------------------

function drawDoubts() {
  const item = (number) => {
    const it = doubts[number];
    const state = stateOf(number);
    const isOpen = number === doubt || onPaper;
    const head = make("button", { type: "button", className: "head", "aria-expanded": String(isOpen) },
      make("span", { className: `tag ${it.severity}` }, words().level[it.severity] ?? it.severity),
      state === "open" ? null : make("span", { className: "tag done" }, words()[state]),
      make("span", { className: "message" }, messageOf(it)),
      state === "open" && it.cause?.[0] ? make("span", { className: "cause" }, pick(it.cause)) : null);
    head.addEventListener("click", () => openDoubt(isOpen ? -1 : number));
    const li = make("li", { className: `doubt ${state} ${it.kind}`, id: `doubt-${number}` }, head);
    if (isOpen) {
      li.setAttribute("aria-current", "true");
      li.append(body(number));
    }
    return li;
  };
  findFresh();
  const inOrder = [...numbers].sort((a, b) => (doubts[b].kind === "fresh") - (doubts[a].kind === "fresh") || a - b);
  const walked = inOrder.filter(isWalked).map(item);
  byId("list").replaceChildren(...walked);
  if (!walked.length) byId("list").append(make("li", { className: sums.length ? "none" : "none care" }, words()[sums.length ? "noDoubts" : "noSums"]));
  byId("checked").textContent = checkedWords();
  const notes = numbers.filter((n) => doubts[n].severity === "note");
  byId("notes").hidden = !notes.length;
  byId("notes").querySelector("summary").textContent = `${words().note} (${notes.length})`;
  byId("notes").querySelector("ol").replaceChildren(...notes.map(item));
  if (notes.includes(doubt)) byId("notes").open = true;
  const left = openDoubts().length;
  byId("count").textContent = lang === "zh" ? `${words().open} ${left}，${words().of} ${walked.length}` : `${left} ${words().open} ${words().of} ${walked.length}`;
  byId("count").classList.toggle("clear", left === 0 && sums.length > 0);
  byId("count").classList.toggle("care", left === 0 && !sums.length);
}

/** How much was checked: that nothing was found says something only beside it. */
function checkedWords() {
  const { annexes, figures, tried, uncovered } = data.checked;
  const counts = [[annexes, words().annexesCounted], [figures, words().figuresCounted], [tried, words().sumsCounted], [uncovered, words().uncoveredCounted]];
  return counts.filter(([count], at) => count > 0 || at < 3).map(([count, word]) => word.replace("{}", count)).join(lang === "zh" ? "，" : ", ");
}

function body(number) {
  const it = doubts[number];
  const box = make("div", { className: "body" });
  if (it.hint?.[0]) box.append(make("p", {}, pick(it.hint)));
  box.append(...it.sums.map((s) => addition(sums[s])));
  const shownSuspects = shownOf(it);
  if (shownSuspects.length && stateOf(number) === "open") {
    box.append(make("h3", {}, words().suspects), make("ul", { className: "suspects" }, ...shownSuspects.map(suspectItem)));
    const rest = it.suspects.length - shownSuspects.length;
    if (rest) box.append(make("p", { className: "rest" }, words().moreSuspects.replace("{}", rest)));
  }
  if (stateOf(number) === "open" || seen.has(number)) {
    const tick = make("input", { type: "checkbox", checked: seen.has(number) });
    tick.addEventListener("change", () => {
      if (tick.checked) seen.add(number); else seen.delete(number);
      keep();
      drawDoubts();
    });
    box.append(make("label", { className: "tick" }, tick, " ", words().ticked));
  }
  return box;
}

/** The likeliest suspects of a doubt. */
const shownOf = (it) => it.suspects.slice(0, 5);

/** Marks the cells that may be meant besides the likeliest. */
function markMaybe(it) {
  document.querySelectorAll(".maybe").forEach((element) => element.classList.remove("maybe"));
  for (const { cell, printed, proposed } of it ? shownOf(it).slice(1) : []) {
    const isNegated = proposed?.startsWith("-") && !printed.startsWith("-");
    if (!cell || isNegated || said.has(keyOf(cell))) continue;
    document.querySelectorAll(`td[data-key="${keyOf(cell)}"], .box[data-key="${keyOf(cell)}"]`)
      .forEach((element) => element.classList.add("maybe"));
  }
}

function suspectItem(suspect) {
  const key = suspect.cell && keyOf(suspect.cell);
  const where = `${suspect.region} ${suspect.column.join("/")}`;
  const go = make("button", { type: "button", className: "link" }, where);
  if (key) {
    go.addEventListener("click", () => choose(key, { focus: true }));
    go.dataset.key = key;
  }
  const li = make("li", {}, go, " ",
    make("span", { className: "printed" }, suspect.printed || words().blank),
    suspect.proposed ? make("span", { className: "proposed" }, ` → ${suspect.proposed}`) : null,
    make("small", {}, pick(suspect.why).join(lang === "zh" ? "；" : "; ")));
  if (key && suspect.proposed) {
    const take = make("button", { type: "button", className: "take" }, `${words().take} ${suspect.proposed}`);
    take.addEventListener("click", () => say(key, "corrected", suspect.proposed));
    const confirm = make("button", { type: "button" }, words().confirm);
    confirm.addEventListener("click", () => say(key, "confirmed"));
    li.append(make("span", { className: "buttons" }, take, confirm));
  }
  return li;
}

/** Names of a sum's figures, no longer than what tells them apart. */
function labels(sum) {
  const cells = [sum.stated, ...sum.parts].filter((o) => o.length === 3);
  const same = (at) => cells.length === sum.parts.length + 1 && cells.every((o) => o[at] === cells[0][at]);
  const [sameAnnex, sameRow, sameColumn] = [same(0), sameAt(cells, 1), sameAt(cells, 2)];
  const of = (operand) => {
    if (operand.length === 2) {
      const target = data.targets[operand[0]];
      return `${target.what} ${target.quantities[operand[1]][2]}`;
    }
    const { annex, row, column } = cellAt(keyOf(operand));
    const parts = [];
    if (!sameAnnex) parts.push(annexName(annex));
    if (!(sameAnnex && sameRow)) parts.push(row.region);
    if (!(sameAnnex && sameColumn)) parts.push(column.path.join("/"));
    return parts.join(" ") || row.region;
  };
  const first = sum.stated.length === 3 && cellAt(keyOf(sum.stated));
  const title = !first ? of(sum.stated)
    : [annexName(first.annex), sameRow ? first.row.region : first.column.path.join("/")].join(" ");
  return { of, title };
}
const sameAt = (cells, at) => cells.every((o) => o[0] === cells[0][0] && o[at] === cells[0][at]);
const annexName = (annex) => (annex.number ? `${words().annex}${annex.number}` : words().bodyTable);

/** A sum written out as one adds by hand. */
function addition(sum) {
  const { computed, off, state } = faresNow(sum);
  const { of, title } = labels(sum);
  const line = (operand, className) => {
    const name = make("button", { type: "button", className: "link" }, of(operand));
    if (operand.length === 3) {
      const key = keyOf(operand);
      name.dataset.key = key;
      name.addEventListener("click", () => choose(key, { focus: true }));
      return make("tr", { className: suspects.has(key) && !said.has(key) ? `${className} suspect` : className },
        make("th", { scope: "row" }, name), make("td", {}, ...figureShown(key)));
    }
    const place = data.targets[operand[0]].quantities[operand[1]][3];
    name.addEventListener("click", () => lightPlace(place));
    return make("tr", { className }, make("th", { scope: "row" }, name),
      make("td", {}, data.targets[operand[0]].quantities[operand[1]][0]));
  };
  const result = (word, f, className) => make("tr", { className },
    make("th", { scope: "row" }, word), make("td", {}, f ? shown(f) : "?"));
  const table = make("table", { className: `sum ${state}` },
    make("caption", {}, title, " ", make("span", { className: "tag" }, words()[state])),
    make("tbody", {}, ...sum.parts.filter((p) => sum.parts.length < 12 || figureOf(p) !== null).map((part) => line(part, ""))),
    make("tbody", { className: "results" },
      result(words().computed, computed, "computed"),
      line(sum.stated, "stated"),
      state === "exact" ? null : result(words().difference, off, "off")));
  table.querySelector(".stated th").prepend(`${words().stated} `);
  return make("div", { className: "addition" }, table);
}

/** What a cell shows: as printed, struck out where it was corrected. */
function figureShown(key) {
  const raw = plain(cellAt(key).raw);
  const word = said.get(key);
  if (word?.verdict === "corrected") {
    return [make("del", {}, raw || words().blank), " ", make("ins", {}, word.value ?? words().blank)];
  }
  return [raw];
}

function openDoubt(number, { focus = false } = {}) {
  doubt = number;
  drawDoubts();
  markMaybe(doubts[number]);
  if (number < 0) return;
  const it = doubts[number];
  const suspect = it.suspects.find((s) => s.cell);
  const stated = it.sums.map((s) => sums[s].stated).find((o) => o.length === 3);
  const key = it.cell ? keyOf(it.cell) : suspect ? keyOf(suspect.cell) : stated ? keyOf(stated) : keyAtPlace.get(placeKey(it.places[0]));
  if (key) choose(key, { focus });
  else if (it.places[0]) lightPlace(it.places[0]);
  byId(`doubt-${number}`)?.scrollIntoView({ block: "nearest" });
  if (focus && !key) byId(`doubt-${number}`)?.querySelector("button").focus();
  announce(messageOf(it));
}

function walk(step) {
  const open = openDoubts();
  if (!open.length) return tell(words().allDone);
  const [after, before] = [open.find((n) => n > doubt), open.filter((n) => n < doubt).pop()];
  const next = step > 0 ? after ?? open[0] : before ?? open[open.length - 1];
  openDoubt(next, { focus: true });
}

// ---- The tables -----------------------------------------------------------------------------

const INDENTED = ["county", "central"];

function drawTables() {
  byId("annexes").replaceChildren(...data.annexes.map(annexTable));
  for (const key of said.keys()) drawCell(key);
  const first = byId("annexes").querySelector("td[data-key]");
  if (first) first.tabIndex = 0;
}

function annexTable(annex, a) {
  const title = `${annexName(annex)} ${annex.title ?? ""}`.trim();
  const isNested = annex.rows.some((row) => INDENTED.includes(row.level));
  const table = make("table", { className: isNested ? "annex nested" : "annex", role: "grid" },
    make("caption", {}, make("span", { className: "name" }, title),
      annex.unit ? make("span", { className: "unit" }, annex.unit) : null),
    make("thead", {}, ...headerRows(annex)),
    make("tbody", {}, ...annex.rows.map((row, r) => tableRow(annex, row, a, r))));
  const notes = annex.notes.map((note) => make("p", { className: "note" }, note));
  return make("article", {}, make("div", { className: "scroll" }, table), ...notes);
}

/** The tiers of the header, equal neighbours joined. */
function headerRows(annex) {
  const tiers = Math.max(1, ...annex.columns.map((column) => column.path.length));
  const rows = [];
  for (let tier = 0; tier < tiers; tier++) {
    const cells = [];
    if (tier === 0) cells.push(make("th", { scope: "col", rowSpan: tiers }, words().region));
    for (let c = 0; c < annex.columns.length; ) {
      const { path, unit } = annex.columns[c];
      const above = JSON.stringify(path.slice(0, tier + 1));
      let end = c + 1;
      const isLast = path.length <= tier + 1;
      while (!isLast && end < annex.columns.length && JSON.stringify(annex.columns[end].path.slice(0, tier + 1)) === above) end++;
      if (path.length > tier) {
        const bare = isLast && unit && unit !== annex.unit && !path[path.length - 1].includes(unit);
        cells.push(make("th", { scope: end - c > 1 ? "colgroup" : "col", colSpan: end - c, rowSpan: isLast ? tiers - tier : 1 },
          path[tier], bare ? make("small", {}, ` (${unit})`) : null));
      } else if (tier === 0) {
        cells.push(make("td", { rowSpan: tiers }));
      }
      c = end;
    }
    rows.push(make("tr", {}, ...cells));
  }
  return rows;
}

function tableRow(annex, row, a, r) {
  const cells = row.cells.map((cell, c) => {
    const key = keyOf([a, r, c]);
    const td = make("td", { role: "gridcell", tabIndex: -1, className: cell[2] });
    td.dataset.key = key;
    fillCell(td, key);
    return td;
  });
  const name = make("th", { scope: "row", className: INDENTED.includes(row.level) ? "below" : row.level, title: row.code ?? "" }, row.region);
  name.dataset.key = keyOf([a, r]);
  return make("tr", { className: row.level }, name, ...cells);
}

function fillCell(td, key) {
  const word = said.get(key);
  const proposal = suspects.get(key);
  td.replaceChildren(...figureShown(key));
  td.classList.toggle("suspect", suspects.has(key) && !word);
  td.classList.toggle("corrected", word?.verdict === "corrected");
  td.classList.toggle("confirmed", word?.verdict === "confirmed");
  if (suspects.has(key) && !word) {
    td.setAttribute("aria-invalid", "true");
    if (proposal) td.append(make("small", {}, make("span", { className: "unseen" }, ` ${words().perhaps}`), ` → ${proposal}`));
  } else td.removeAttribute("aria-invalid");
  if (word?.verdict === "confirmed") td.append(make("small", {}, ` ✓`, make("span", { className: "unseen" }, words().confirmed)));
}

const tdOf = (key) => byId("annexes").querySelector(`[data-key="${CSS.escape(key)}"]`);
function drawCell(key) {
  const td = tdOf(key);
  if (td) fillCell(td, key);
  document.querySelectorAll(`.box[data-key="${CSS.escape(key)}"]`).forEach((box) => markBox(box, key));
}

// ---- The pages ------------------------------------------------------------------------------

/** A cell is one place, whatever character of it is meant. */
const placeKey = (place) => (place ? (place[1] === "cell" ? place.slice(0, 5) : place).join(" ") : "");
const keyAtPlace = new Map();
function grouped(items, keyOfItem) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOfItem(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const SVG = "http://www.w3.org/2000/svg";

function drawPages() {
  byId("pageless").hidden = data.sheets.length > 0;
  document.body.classList.toggle("pageless", data.sheets.length === 0);
  const places = []; // [key, place, text]
  data.annexes.forEach((annex, a) => annex.rows.forEach((row, r) => {
    places.push([keyOf([a, r]), row.place, row.region]);
    row.cells.forEach(([raw, , , place], c) => places.push([keyOf([a, r, c]), place, raw]));
  }));
  for (const [key, place] of places) if (!keyAtPlace.has(placeKey(place))) keyAtPlace.set(placeKey(place), key);
  const onPage = grouped(places, ([, place]) => place[0]);
  for (const sheet of data.sheets) {
    const figure = byId(`sheet-${sheet.page}`);
    const places = onPage.get(sheet.page) ?? [];
    if (sheet.lines) drawLines(figure, sheet, places);
    else if (sheet.blocks) drawTold(figure, sheet, places);
    else drawBoxes(figure, sheet, places);
  }
  drawTabs();
}

// ---- Tabs: a file or a sheet each -----------------------------------------------------------

const tabOf = (sheet) => [sheet.part?.[1], sheet.sheet].filter(Boolean).join(" › ");
const tabs = [...new Set(data.sheets.map(tabOf))];

function drawTabs() {
  byId("tabs").hidden = tabs.length < 2;
  if (tabs.length < 2) return;
  byId("tabs").replaceChildren(...tabs.map((name) => {
    const tab = make("button", { type: "button", role: "tab", title: name }, name);
    tab.addEventListener("click", () => showTab(name));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const next = (tabs.indexOf(name) + step + tabs.length) % tabs.length;
      showTab(tabs[next]);
      byId("tabs").children[next].focus();
    });
    return tab;
  }));
  showTab(tabs[0]);
}

function showTab(name) {
  [...byId("tabs").children].forEach((tab, at) => {
    tab.setAttribute("aria-selected", String(tabs[at] === name));
    tab.tabIndex = tabs[at] === name ? 0 : -1;
  });
  for (const sheet of data.sheets) byId(`sheet-${sheet.page}`).classList.toggle("away", tabOf(sheet) !== name);
}

/** Brings the tab to the front that an element stands under. */
function showTabOf(element) {
  const figure = element.closest("figure.sheet");
  const sheet = figure?.classList.contains("away") && data.sheets.find((s) => `sheet-${s.page}` === figure.id);
  if (sheet) showTab(tabOf(sheet));
}

// ---- What is on a page ----------------------------------------------------------------------

function setBox(box, [, x0, y0, x1, y1], [width, height]) {
  const percent = (length, of) => `${(100 * length) / of}%`;
  Object.assign(box.style, {
    left: percent(x0, width), top: percent(y0, height),
    width: percent(x1 - x0, width), height: percent(y1 - y0, height),
  });
}

function drawBoxes(figure, sheet, places) {
  if (sheet.words.length || sheet.rules.length) {
    const layer = document.createElementNS(SVG, "svg");
    layer.setAttribute("viewBox", `0 0 ${sheet.size.join(" ")}`);
    layer.setAttribute("class", "words");
    for (const [x0, y0, x1, y1] of sheet.rules) {
      const rule = document.createElementNS(SVG, "rect");
      const attributes = { x: x0, y: y0, width: Math.max(x1 - x0, 0.4), height: Math.max(y1 - y0, 0.4) };
      for (const [name, value] of Object.entries(attributes)) rule.setAttribute(name, value);
      layer.append(rule);
    }
    for (const [text, x0, y0, x1, y1] of sheet.words) {
      const word = document.createElementNS(SVG, "text");
      const attributes = { x: x0, y: y1 - (y1 - y0) * 0.14, textLength: x1 - x0, "font-size": y1 - y0, lengthAdjust: "spacingAndGlyphs" };
      for (const [name, value] of Object.entries(attributes)) word.setAttribute(name, value);
      word.textContent = plain(text);
      layer.append(word);
    }
    figure.append(layer);
  }
  const boxes = make("div", { className: "boxes", "aria-hidden": "true" });
  for (const [key, place] of places.filter(([, place]) => place.length === 5)) {
    const box = make("div", { className: "box" });
    box.dataset.key = key;
    setBox(box, place, sheet.size);
    markBox(box, key);
    boxes.append(box);
  }
  figure.append(boxes, make("figcaption", {}, words().page.replace("{}", sheet.page)));
}

function markBox(box, key) {
  const word = said.get(key);
  box.classList.toggle("suspect", suspects.has(key) && !word);
  box.classList.toggle("corrected", word?.verdict === "corrected");
  box.classList.toggle("confirmed", word?.verdict === "confirmed");
}

/** A text input: its lines, with the cells in them marked. */
function drawLines(figure, sheet, places) {
  const ofLine = grouped(places.filter(([, place]) => place.length === 3), ([, place]) => place[1]);
  const lines = sheet.lines.map((text, index) => {
    const characters = Array.from(text);
    const line = make("li", {});
    line.dataset.line = sheet.first + index;
    let at = 0;
    const cells = (ofLine.get(sheet.first + index) ?? []).sort((a, b) => a[1][2] - b[1][2]);
    for (const [key, [, , column], printed] of cells) {
      const start = column - 1;
      if (start < at) continue;
      const length = Array.from(printed).length;
      const end = characters.slice(start, start + length).join("") === printed ? start + length : characters.indexOf("\t", start);
      const box = make("span", { className: "box" }, characters.slice(start, end < 0 ? characters.length : end).join(""));
      box.dataset.key = key;
      markBox(box, key);
      line.append(characters.slice(at, start).join(""), box);
      at = end < 0 ? characters.length : Math.max(start, end);
    }
    line.append(characters.slice(at).join(""));
    return line;
  });
  figure.append(make("ol", { className: "lines", start: sheet.first }, ...lines));
}

/** What a sheet calls a column: B, AA. */
function letters(column) {
  let name = "";
  for (let left = column; left > 0; left = Math.trunc((left - 1) / 26)) name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** A document: its paragraphs and tables, with the cells that were read marked in them. */
function drawTold(figure, sheet, places) {
  const keys = grouped(places, ([, place]) => placeKey(place));
  const read = (element, place) => {
    element.dataset.place = placeKey(place);
    const found = keys.get(placeKey(place)) ?? [];
    if (!found.length) return element;
    element.classList.add("box");
    // A name that is a figure's own, in a list of one column, comes after it.
    element.dataset.key = found[found.length - 1][0];
    markBox(element, element.dataset.key);
    return element;
  };
  const content = sheet.blocks.map((block) => {
    if (!Array.isArray(block)) return toldTable(block, sheet, read);
    const [text, place] = block;
    const line = read(make("p", {}, text), place);
    if (place[1] === "p") line.dataset.paragraph = place[2];
    return line;
  });
  const name = tabOf(sheet) || words().page.replace("{}", sheet.page);
  figure.append(make("div", { className: "told" }, ...content), make("figcaption", {}, name));
}

/** A table with its merged cells; of a sheet with its letters, and all with the numbers of their rows. */
function toldTable({ rows, cols, cells }, sheet, read) {
  const table = make("table", {});
  if (sheet.sheet && cols.length) {
    table.append(make("tr", {}, make("th", {}), ...cols.map((col) => make("th", { scope: "col" }, letters(col)))));
  }
  const ofRow = grouped(cells, ([row]) => row);
  const count = rows.length || Math.max(0, ...ofRow.keys()) + 1;
  for (let row = 0; row < count; row++) {
    const tr = make("tr", {}, rows.length ? make("th", { scope: "row" }, String(rows[row])) : null);
    for (const [, rowSpan, colSpan, text, place] of ofRow.get(row) ?? []) {
      tr.append(read(make("td", { rowSpan, colSpan }, text), place));
    }
    table.append(tr);
  }
  return make("div", { className: "scroll" }, table);
}

// ---- Light ----------------------------------------------------------------------------------

let lit = [];
function unlight() {
  for (const element of lit) element.classList.remove("lit");
  lit = [];
}

/** Lights a cell and its place; `follow` brings the side that the reader does not point at into view. */
function light(key, follow) {
  unlight();
  const boxes = [...document.querySelectorAll(`#pages .box[data-key="${CSS.escape(key)}"]`)];
  const td = tdOf(key);
  lit = [...boxes, ...(td ? [td] : [])];
  for (const element of lit) element.classList.add("lit");
  if (follow !== "table" && boxes[0]) reveal(byId("pages"), boxes[0]);
  if (follow !== "page" && td) reveal(byId("tables"), td);
}

/** Lights a place that is no cell of a table. */
function lightPlace(place) {
  const key = keyAtPlace.get(placeKey(place));
  if (key) return light(key);
  unlight();
  const figure = byId(`sheet-${place[0]}`);
  const sheet = data.sheets.find((s) => s.page === place[0]);
  if (!figure || !sheet) return;
  let mark = sheet.blocks
    ? figure.querySelector(`[data-place="${CSS.escape(placeKey(place))}"]`) ?? figure.querySelector(`[data-paragraph="${place[2]}"]`)
    : figure.querySelector(`[data-line="${place[1]}"]`);
  if (sheet.size && place.length === 5) {
    document.querySelectorAll(".box.loose").forEach((box) => box.remove());
    mark = make("div", { className: "box loose" });
    setBox(mark, place, sheet.size);
    figure.querySelector(".boxes").append(mark);
  }
  lit = [mark ?? figure];
  lit[0].classList.add("lit");
  reveal(byId("pages"), lit[0]);
}

/** Scrolls a pane, and only it, until the element is well inside. */
function reveal(pane, element) {
  showTabOf(element);
  const [view, box] = [pane.getBoundingClientRect(), element.getBoundingClientRect()];
  const isInside = box.top >= view.top + 40 && box.bottom <= view.bottom - 20;
  if (!isInside) pane.scrollTop += box.top - view.top - (view.height - box.height) / 3;
  const wide = element.closest(".scroll") ?? pane;
  const [left, right] = [wide.getBoundingClientRect().left, wide.getBoundingClientRect().right];
  if (box.left < left + 90 || box.right > right) wide.scrollLeft += box.left - left - (right - left) / 2;
}

// ---- The cell panel -------------------------------------------------------------------------

function choose(key, { focus = false, follow } = {}) {
  const cell = cellAt(key);
  if (!cell) return;
  byId("annexes").querySelectorAll("td[tabindex='0']").forEach((td) => { td.tabIndex = -1; });
  const td = tdOf(key);
  td.tabIndex = 0;
  if (focus) td.focus({ preventScroll: true });
  chosen = key;
  light(key, follow);
  drawPanel();
}

function drawPanel() {
  const cell = chosen && cellAt(chosen);
  byId("fields").hidden = !cell;
  byId("wrong").textContent = "";
  if (!cell) return;
  const word = said.get(chosen);
  byId("which").removeAttribute("data-word");
  byId("which").textContent = plain([annexName(cell.annex), cell.row.region, cell.column.path.join("/")].join(" › "));
  byId("printed").textContent = plain(cell.raw) || words().blank;
  byId("value").value = word?.verdict === "corrected" ? word.value ?? "" : suspects.get(chosen) ?? cell.value ?? "";
  byId("comment").value = word?.comment ?? "";
  byId("undo").hidden = !word;
  byId("panel").classList.toggle("sight", Boolean(cell.sight));
  drawReadings(cell);
  drawCrop(cell.place, cell.sight ? { margin: 24, most: 8 } : { margin: 60, most: 3 });
}

/** What a doubtful cell may say, as printed first; a figure each, chosen by its number. */
function readingsOf(key) {
  const cell = key && cellAt(key);
  if (!cell?.sight) return [];
  return [...new Set([cell.raw, ...cell.sight.readings])].filter((text) => figure(asFigure(text))).slice(0, 9);
}

function drawReadings(cell) {
  byId("readings").hidden = !cell.sight;
  if (!cell.sight) return;
  const name = make("span", { id: "readings-name" }, `${words().readings}: ${causesOf(cell.sight)}`);
  byId("readings").replaceChildren(name, ...readingsOf(chosen).map((text, at) => {
    const button = make("button", { type: "button" }, make("kbd", {}, String(at + 1)), " ", text);
    button.addEventListener("click", () => takeReading(at));
    return button;
  }));
}

/** Takes a reading of the cell in the panel, and goes on to the next doubt where this one was walked to. */
function takeReading(at) {
  const [key, text] = [chosen, readingsOf(chosen)[at]];
  if (text === undefined) return;
  const isWalkedTo = doubts[doubt]?.kind === "reading" && keyOf(doubts[doubt].cell) === key;
  if (text === cellAt(key).raw) say(key, "confirmed");
  else say(key, "corrected", asFigure(text));
  if (isWalkedTo) walk(1);
}

/** The cell as printed, enlarged: `margin` points around it, and `most` times at most. */
function drawCrop(place, { margin, most }) {
  const crop = byId("crop");
  const sheet = data.sheets.find((s) => s.page === place[0]);
  const picture = byId(`sheet-${place[0]}`)?.querySelector("img");
  const isShown = place.length === 5 && Boolean(picture);
  byId("panel").classList.toggle("cropless", !isShown);
  if (!isShown) return crop.replaceChildren();
  const [, x0, y0, x1, y1] = place;
  const zoom = Math.min(crop.clientWidth / (x1 - x0 + margin), crop.clientHeight / (y1 - y0 + 12), most);
  const copy = make("div", { className: "copy" }, picture.cloneNode());
  const layer = byId(`sheet-${place[0]}`).querySelector(".words");
  if (layer) copy.append(layer.cloneNode(true));
  Object.assign(copy.style, {
    width: `${sheet.size[0] * zoom}px`,
    left: `${crop.clientWidth / 2 - ((x0 + x1) / 2) * zoom}px`,
    top: `${crop.clientHeight / 2 - ((y0 + y1) / 2) * zoom}px`,
  });
  const frame = make("div", { className: "frame" });
  Object.assign(frame.style, {
    left: `${crop.clientWidth / 2 - ((x1 - x0) / 2) * zoom}px`, top: `${crop.clientHeight / 2 - ((y1 - y0) / 2) * zoom}px`,
    width: `${(x1 - x0) * zoom}px`, height: `${(y1 - y0) * zoom}px`,
  });
  crop.replaceChildren(copy, frame);
}

/** The reviewer confirms or corrects a cell; the sums are added up again. */
function say(key, verdict, value = null) {
  const comment = key === chosen ? byId("comment").value.trim() : "";
  said.set(key, { verdict, value, at: now(), comment });
  unsaved = said.size;
  changed(key);
  tell(`${words()[verdict]}: ${cellAt(key).row.region} ${cellAt(key).raw}${verdict === "corrected" ? ` → ${value ?? words().blank}` : ""}`);
}

function takeBack(key) {
  said.delete(key);
  unsaved = said.size;
  changed(key);
}

function changed(key) {
  keep();
  drawCell(key);
  drawDoubts();
  markMaybe(doubts[doubt]);
  drawUnsaved();
  if (chosen === key) drawPanel();
}

function drawUnsaved() {
  byId("unsaved").textContent = unsaved ? String(unsaved) : "";
}

/** The moment, with the offset from UTC: RFC 3339. */
function now() {
  const date = new Date();
  const offset = -date.getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

/** What was typed, as a figure is written: full-width digits and signs in their narrow form, without separators. */
const asFigure = (text) => text.normalize("NFKC").replaceAll(/[,、\s]/g, "").replaceAll(/[−–—]/g, "-").replace("。", ".");

function submit() {
  if (!chosen) return;
  const typed = asFigure(byId("value").value);
  if (typed !== "" && !figure(typed)) {
    byId("wrong").textContent = words().notFigure;
    byId("value").focus();
    return;
  }
  const same = typed === (cellAt(chosen).value ?? "");
  say(chosen, same ? "confirmed" : "corrected", same || typed === "" ? null : typed);
  tdOf(chosen).focus({ preventScroll: true });
}

// ---- Keeping and saving ---------------------------------------------------------------------

let keeping;
/** Keeps what was said: with the server that the page came from, or in the browser, where it lets a page do so. */
function keep() {
  const kept = JSON.stringify({ said: [...said], seen: [...seen], by: byId("by").value });
  if (data.saves_to) {
    clearTimeout(keeping);
    keeping = setTimeout(() => fetch("draft", { method: "PUT", body: kept }).catch(() => tell(words().unsent)), 200);
    return;
  }
  try {
    localStorage.setItem(store, kept);
  } catch {
    // A browser may give a file no storage; the corrections can still be saved.
  }
}

async function recall() {
  try {
    const kept = data.saves_to ? await (await fetch("draft")).json() : JSON.parse(localStorage.getItem(store) ?? "{}");
    for (const [key, word] of kept.said ?? []) if (cellAt(key)) said.set(key, word);
    unsaved = (kept.said ?? []).length;
    for (const number of kept.seen ?? []) seen.add(number);
    byId("by").value = kept.by ?? "";
  } catch {
    // As above.
  }
}

/** A place as results print it. */
function placeOf([page, ...rest]) {
  const sheet = data.sheets.find((s) => s.page === page);
  const of = sheet?.part ? { page, part: sheet.part[0] } : { page };
  if (rest[0] === "cell") {
    const [, table, row, col] = rest;
    return sheet?.sheet ? { ...of, sheet: sheet.sheet, cell: letters(col) + row } : { ...of, table, row, col };
  }
  if (rest[0] === "p") return { ...of, paragraph: rest[1], character: rest[2] };
  if (rest.length === 4) return { ...of, bbox: rest };
  return rest.length ? { ...of, line: rest[0], column: rest[1] } : of;
}

function corrections() {
  const by = byId("by").value.trim();
  const entries = [...said].map(([key, { verdict, value, at, comment, by: other }]) => {
    const { annex, row, column, raw, place } = cellAt(key);
    return {
      annex: annex.number, row: row.number, region: row.region, column: column.path, printed: raw, place: placeOf(place),
      verdict, ...(verdict === "corrected" ? { value } : {}), by: other ?? by, at, ...(comment ? { comment } : {}),
    };
  });
  return { schema_version: "1.0", source: data.source, corrections: entries };
}

function save() {
  if (!said.size) return tell(words().nothing);
  if (!byId("by").value.trim()) {
    byId("by").focus();
    return tell(words().byMissing);
  }
  if (data.saves_to) return send();
  const file = new Blob([JSON.stringify(corrections(), null, 2), "\n"], { type: "application/json" });
  const link = make("a", { href: URL.createObjectURL(file), download: `${data.source.name.replace(/\.[^.]*$/, "")}.corrections.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  unsaved = 0;
  drawUnsaved();
  tell(`${words().saved}: ${said.size} ${words().corrections}`);
}

/** Hands the corrections to the server that the page came from. */
async function send() {
  try {
    const answer = await fetch(data.saves_to, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(corrections()),
    });
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 400));
    unsaved = 0;
    drawUnsaved();
    tell(`${words().saved}: ${said.size} ${words().corrections}`);
  } catch (error) {
    tell(`${words().unsent}: ${error.message}`);
  }
}

// ---- The rest -------------------------------------------------------------------------------

/** Says something to those who listen. */
function announce(text) {
  byId("said").textContent = plain(text);
}

let fading;
/** Says something to those who listen and to those who look. */
function tell(text) {
  const box = byId("said");
  announce(text);
  box.classList.add("fresh");
  clearTimeout(fading);
  fading = setTimeout(() => box.classList.remove("fresh"), 6000);
}

function drawRepairs() {
  byId("repairs").hidden = !data.repairs.length;
  byId("repairs").querySelector("summary").textContent = `${words().repairs} (${data.repairs.length})`;
  byId("repairs").querySelector("ul").replaceChildren(...data.repairs.map((repair) => {
    const go = make("button", { type: "button", className: "link" }, words().rules[repair.rule] ?? repair.rule.replaceAll("_", " "));
    if (repair.place) go.addEventListener("click", () => lightPlace(repair.place));
    return make("li", { className: "repair" }, go, " ", make("del", {}, repair.before), " → ",
      repair.after ? make("ins", {}, repair.after) : make("i", {}, words().removed));
  }));
}

function drawWords() {
  document.documentElement.lang = words().lang;
  document.querySelectorAll("[data-word]").forEach((element) => { element.textContent = words()[element.dataset.word]; });
  byId("other").setAttribute("aria-label", words().otherLabel);
  byId("keys").replaceChildren(...words().keys.flatMap(([key, what]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, what)]));
  byId("title").textContent = plain(data.title ?? data.source.name);
  byId("about").textContent = plain([data.document_number, data.source.name].filter(Boolean).join(" · "));
  document.querySelectorAll("figure.sheet").forEach((figure, index) => {
    const name = words().page.replace("{}", data.sheets[index].page);
    figure.querySelector("img")?.setAttribute("alt", name);
    const caption = figure.querySelector("figcaption");
    if (caption) caption.textContent = name;
  });
}

function drawAll() {
  drawWords();
  drawTables();
  drawDoubts();
  drawRepairs();
  drawUnsaved();
  drawPanel();
  if (chosen) choose(chosen);
}

/** Moves in a table by arrow keys. */
function move(td, across, down) {
  const row = td.parentElement;
  const at = [...row.children].indexOf(td) + across;
  const rows = [...row.parentElement.children];
  const next = rows[rows.indexOf(row) + down]?.children[at];
  if (next?.matches("td")) choose(next.dataset.key, { focus: true });
}

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const td = document.activeElement?.closest?.("td[data-key]");
  if (event.target.matches("input:not([type='checkbox'])")) {
    if (event.key === "Escape" && chosen) {
      drawPanel();
      tdOf(chosen).focus({ preventScroll: true });
    }
    return;
  }
  const acts = {
    n: () => walk(1), p: () => walk(-1), s: save, "?": () => byId("help").showModal(),
    c: () => chosen && say(chosen, "confirmed"),
  };
  if (acts[event.key]) acts[event.key]();
  else if (/^[1-9]$/.test(event.key) && readingsOf(chosen).length >= Number(event.key)) takeReading(Number(event.key) - 1);
  else if (td && ARROWS[event.key]) move(td, ...ARROWS[event.key]);
  else if (td && event.key === "Enter") byId("value").select();
  else return;
  event.preventDefault();
}

let pointing;
function pointed(event, follow) {
  const key = event.target.closest?.("[data-key]")?.dataset.key;
  clearTimeout(pointing);
  if (key) pointing = setTimeout(() => light(key, follow), 60);
}

byId("tables").addEventListener("mouseover", (event) => pointed(event, "page"));
byId("pages").addEventListener("mouseover", (event) => pointed(event, "table"));
byId("list").addEventListener("mouseover", (event) => pointed(event));
byId("tables").addEventListener("focusin", (event) => {
  const key = event.target.closest("td[data-key]")?.dataset.key;
  if (key && key !== chosen) choose(key);
});
byId("tables").addEventListener("click", (event) => {
  const key = event.target.closest("td[data-key]")?.dataset.key;
  if (key) choose(key, { focus: true, follow: "page" });
});
byId("tables").addEventListener("dblclick", (event) => event.target.closest("td[data-key]") && byId("value").select());
byId("pages").addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key && cellAt(key)) choose(key, { focus: true, follow: "table" });
});
/** A4 less its margins, upright and turned, in dots of which 96 are an inch. */
const UPRIGHT = (182 / 25.4) * 96;
const TURNED = (269 / 25.4) * 96;

/** Turns the paper for a table that is too wide for it, and makes the table smaller where that is not enough. */
function fitToPaper(isPrinted) {
  document.body.classList.toggle("paper", isPrinted);
  for (const table of document.querySelectorAll("table.annex")) {
    const article = table.closest("article");
    article.classList.remove("turned");
    Object.assign(table.style, { zoom: "", width: isPrinted ? "min-content" : "" });
    const width = table.offsetWidth;
    if (isPrinted && width > UPRIGHT) article.classList.add("turned");
    Object.assign(table.style, { zoom: isPrinted && width > TURNED ? String(TURNED / width) : "", width: "" });
  }
}

for (const [event, isPrinted] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(event, () => {
    onPaper = isPrinted;
    document.querySelectorAll("details").forEach((details) => { details.open = isPrinted; });
    drawDoubts();
    fitToPaper(isPrinted);
  });
}
document.addEventListener("keydown", pressed);
byId("next").addEventListener("click", () => walk(1));
byId("previous").addEventListener("click", () => walk(-1));
byId("save").addEventListener("click", save);
byId("ask").addEventListener("click", () => byId("help").showModal());
byId("by").addEventListener("change", keep);
byId("other").addEventListener("click", () => {
  lang = lang === "zh" ? "en" : "zh";
  drawAll();
});
byId("panel").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
byId("confirm").addEventListener("click", () => chosen && say(chosen, "confirmed"));
byId("undo").addEventListener("click", () => chosen && takeBack(chosen));

// What is kept with a server takes a moment to come; the page is drawn without it and then once more.
const recalled = recall();
drawPages();
drawAll();
if (data.saves_to) recalled.then(drawAll);
