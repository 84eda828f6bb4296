// What `fubiao report` and `fubiao review ARCHIVE` write, in a real Chromium: at the sizes of screens, on paper, by keyboard.
//
//   node tests/review/report.cjs [FUBIAO] [SCREENSHOTS]
//
// As for browser.cjs; without a browser it says so and passes.

"use strict";

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { runCases } = require("./cases.cjs");

const root = path.resolve(__dirname, "../..");
const fubiao = path.resolve(process.argv[2] ?? path.join(root, "target/debug/fubiao"));
const pictures = process.argv[3] && path.resolve(process.argv[3]);
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

let playwright = null;
try {
  playwright = require("playwright-core");
} catch {
  skip("playwright-core is not installed (npm install in tests/review)");
}
if (!fs.existsSync(chromium)) skip(`no Chromium at ${chromium} (set CHROMIUM)`);
if (!fs.existsSync(fubiao)) skip(`no command at ${fubiao} (cargo test --no-run builds it)`);

function skip(why) {
  console.log(`report and index in a browser: skipped, ${why}`);
  process.exit(0);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fubiao-report-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

function run(status, ...args) {
  const { status: found, stdout, stderr } = spawnSync(fubiao, args, { cwd: folder, encoding: "utf8" });
  assert.equal(found, status, `fubiao ${args.join(" ")}: ${stdout}${stderr}`);
  return stderr;
}

const evil = "<img src=x onerror=alert(1)>";
const counties = { 南昌市: ["南昌县", "进贤县"], 赣州市: ["信丰县", "龙南县", "于都县"], 吉安市: ["吉安县", "永丰县", "遂川县"] };

/** A notice of a year: figures grow from year to year, 龙南县 became 龙南市 in 2020; `slip` is added to the total. */
function notice(year, slip = 0) {
  const rows = [];
  let all = 0;
  Object.entries(counties).forEach(([city, names], c) => {
    const figures = names.map((name, n) => 1000 * (c + 1) + 37 * n + 11 * (year - 2000));
    const sum = figures.reduce((a, b) => a + b, 0);
    all += sum;
    rows.push([city, sum], ...names.map((name, n) => [year >= 2020 && name === "龙南县" ? "龙南市" : name, figures[n]]));
  });
  const table = [["市、县", "开工任务（套）"], ["全省", all + slip], ...rows].map((row) => row.join("\t"));
  return [`关于下达${year}年城市棚户区改造计划的通知${evil}`, "", `赣建字〔${year}〕1号`, "", "各设区市住房城乡建设局：", "", `现将${year}年计划下达给你们。`, "",
    "江西省住房和城乡建设厅", `${year}年1月20日`, "", "附件1", `${year}年城市棚户区改造任务表`, ...table, ""].join("\n");
}

fs.mkdirSync(path.join(folder, "archive"));
for (let year = 2012; year <= 2023; year++) {
  const name = year === 2021 ? `2021${evil.replace("/", "")}.txt` : `${year}.txt`;
  fs.writeFileSync(path.join(folder, "archive", name), notice(year, year === 2019 ? 5 : 0));
}
fs.writeFileSync(path.join(folder, "archive/letter.txt"), "您好，\n明天下午见。\n");
fs.writeFileSync(path.join(folder, "archive/cut.pdf"), "%PDF-1.4 nothing");
run(3, "batch", "archive", "--out", "results");
for (const lang of ["zh", "en"]) {
  run(0, "report", "results", "-o", `report-${lang}.html`, "--lang", lang);
  run(3, "review", "archive", "-o", `review-${lang}`, "--lang", lang);
}
// One year alone: figures in one column.
fs.mkdirSync(path.join(folder, "one"));
fs.writeFileSync(path.join(folder, "one/2023.txt"), notice(2023));
run(0, "batch", "one", "--out", "one-results");
run(0, "report", "one-results", "-o", "one.html");

async function opened(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(`error: ${error.message}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.wrong.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => {
    page.wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  const url = pathToFileURL(path.join(folder, file)).href;
  page.on("request", (request) => request.url() !== url && !request.url().startsWith("data:") && page.wrong.push(`request: ${request.url()}`));
  await page.goto(url);
  return page;
}

async function closed(page) {
  assert.deepEqual(page.wrong, []);
  await page.context().close();
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

/** Runs in the page: what stands outside of it, of its chart, or over its neighbour. */
function misplaced() {
  const wrong = [];
  if (!matchMedia("print").matches && document.documentElement.scrollWidth > innerWidth) wrong.push(`the page scrolls sideways: ${document.documentElement.scrollWidth}`);
  for (const element of document.querySelectorAll("h1, h2, h3, h4, p, li, svg, .scroll, th, td, svg text")) {
    const { left, right, width } = element.getBoundingClientRect();
    const pane = element.closest(".scroll");
    const scrolls = pane && pane !== element && getComputedStyle(pane).overflowX !== "visible";
    // A sheet that is turned has 297 mm less its margins.
    const room = matchMedia("print").matches && element.closest(".broad") ? 1031 : innerWidth;
    if (width && !scrolls && (left < -1 || right > room + 1)) wrong.push(`${element.tagName} ${element.textContent.slice(0, 20)} reaches from ${left} to ${right}`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    const years = [...svg.querySelectorAll(".year")].map((year) => year.getBoundingClientRect());
    if (years.some((year, i) => i && year.left < years[i - 1].right + 1)) wrong.push(`years run into each other: ${svg.textContent}`);
    const outer = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll("text")) {
      const inner = text.getBoundingClientRect();
      if (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1) wrong.push(`${text.textContent} is cut off in its chart`);
    }
  }
  return wrong;
}

const cases = {
  async "the report fits screens from 800 to 1920 and A4 paper, and loads nothing"(browser) {
    for (const file of ["report-zh.html", "report-en.html", "one.html"]) {
      for (const [width, height] of [[800, 1000], [1366, 768], [1920, 1080]]) {
        const page = await opened(browser, file, { viewport: { width, height } });
        assert.deepEqual(await page.evaluate(misplaced), [], `${file} at ${width} x ${height}`);
        assert.equal(await page.locator("script, img, link, iframe").count(), 0);
        await picture(page, `${file.replace(".html", "")}-${width}`);
        await closed(page);
      }
      // A4 less its margins of 12 mm, at 96 dots an inch.
      const page = await opened(browser, file, { viewport: { width: 703, height: 1000 } });
      await page.emulateMedia({ media: "print" });
      assert.deepEqual(await page.evaluate(misplaced), [], `${file} on paper`);
      const hidden = await page.locator(".scroll").evaluateAll((all) => all.filter((e) => getComputedStyle(e).overflow !== "visible").length);
      assert.equal(hidden, 0, `${file}: a table is cut off on paper`);
      const paper = await page.pdf({ format: "A4" });
      if (pictures) fs.writeFileSync(path.join(pictures, file.replace(".html", ".pdf")), paper);
      await closed(page);
    }
  },

  async "the report says what the notices say, and runs nothing of it"(browser) {
    const page = await opened(browser, "report-zh.html");
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    const text = await page.locator("body").innerText();
    assert.ok(text.includes("龙南县") && text.includes("龙南市"), "a former name stands beside the name");
    assert.ok(text.includes("onerror"), "a title is shown as text");
    assert.equal(await page.locator("td.doubtful").count() > 0, true, "the broken sum of 2019 is marked");
    const head = await page.locator(".figures thead").first().innerText();
    assert.ok(head.includes("2012") && head.includes("2023"), head);
    await closed(page);
  },

  async "the report is walked through by keyboard"(browser) {
    const page = await opened(browser, "report-zh.html");
    const links = await page.locator("nav a").count();
    assert.ok(links >= 1);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.closest("nav") !== null), true);
    await page.keyboard.press("Enter");
    const target = await page.evaluate(() => document.querySelector(document.activeElement.hash ?? location.hash)?.getBoundingClientRect().top);
    assert.ok(Math.abs(target) < 400, `the programme is in view: ${target}`);
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.classList.contains("figures"))); i++) await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.classList.contains("scroll")), "a table that scrolls takes the focus");
    await page.evaluate(() => (document.activeElement.scrollLeft = 1000));
    const name = await page.evaluate(() => document.activeElement.querySelector("tbody th").getBoundingClientRect().left - document.activeElement.getBoundingClientRect().left);
    assert.ok(Math.abs(name) < 3, "the names of regions stay where the years are scrolled");
    const outlined = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outlined, "none", "and shows it");
    await closed(page);
  },

  async "the index fits screens and paper, names doubts first and what could not be read"(browser) {
    for (const lang of ["zh", "en"]) {
      for (const [width, height] of [[800, 1000], [1366, 768], [1920, 1080], [703, 1000]]) {
        const page = await opened(browser, `review-${lang}/index.html`, { viewport: { width, height } });
        if (width === 703) await page.emulateMedia({ media: "print" });
        assert.deepEqual(await page.evaluate(misplaced), [], `index at ${width} x ${height}`);
        await picture(page, `index-${lang}-${width}`);
        await closed(page);
      }
    }
    const page = await opened(browser, "review-zh/index.html");
    const names = await page.locator("tbody tr td:first-child").allInnerTexts();
    assert.equal(names.length, 14);
    assert.ok(names[0].includes("2019.txt"), `the broken sum comes first: ${names[0]}`);
    const failed = page.locator("td.failed");
    assert.equal(await failed.count(), 1);
    assert.match(await failed.innerText(), /PDF 已损坏.*broken_pdf/, "and why it could not be read, in its language");
    assert.match(await page.locator("tr", { hasText: "letter.txt" }).innerText(), /没有表格|未识别/);
    assert.equal(await page.locator("img").count(), 0, "a name is text");
    await closed(page);
  },

  async "each notice of the index opens by keyboard, whatever its name"(browser) {
    const page = await opened(browser, "review-zh/index.html");
    page.wrong.push = () => 0;
    const links = await page.locator("tbody a").evaluateAll((all) => all.map((a) => a.href));
    assert.equal(links.length, 13);
    await page.keyboard.press("Tab");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.match(await page.title(), /2019/);
    for (const link of links) {
      const answer = await page.goto(link);
      assert.ok(answer === null || answer.ok(), link);
      assert.ok(await page.locator("#count").count(), `${link} is a review page`);
    }
    await page.context().close();
  },
};

runCases(cases, { playwright, chromium, pictures });
