// The review page in a real Chromium: what a reviewer does, and what must never happen.
//
//   node tests/review/browser.cjs [FUBIAO] [SCREENSHOTS]
//
// FUBIAO is the command (target/debug/fubiao by default); pictures of the page go to the folder
// SCREENSHOTS if one is given. Needs playwright-core (`npm install` in this folder) and a Chromium
// (CHROMIUM, or /usr/bin/chromium); without them it says so and passes.

"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { runCases } = require("./cases.cjs");

const root = path.resolve(__dirname, "../..");
const fubiao = path.resolve(process.argv[2] ?? path.join(root, "target/debug/fubiao"));
const pictures = process.argv[3] && path.resolve(process.argv[3]);
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const housing = path.join(root, "samples/housing-2023/notice.pdf");

const scan = path.join(root, "samples/aid-2021/scan.png");
const workbook = path.join(root, "samples/aid-2021/notice.xls");

const playwright = have("playwright-core");
if (!playwright) skip("playwright-core is not installed (npm install in tests/review)");
if (!fs.existsSync(chromium)) skip(`no Chromium at ${chromium} (set CHROMIUM)`);
if (!fs.existsSync(fubiao)) skip(`no command at ${fubiao} (cargo test --no-run builds it)`);

function have(name) {
  try {
    return require(name);
  } catch {
    return null;
  }
}

function skip(why) {
  console.log(`review page in a browser: skipped, ${why}`);
  process.exit(0);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fubiao-review-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
const run = (...args) => execFileSync(fubiao, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 });

// A build without optimization takes long over a picture.
function reviewOf(input, name = "page") {
  const output = path.join(folder, `${name}.html`);
  run("review", input, "-o", output, "--max-time", "120");
  return output;
}

/** A page of the browser that notes errors, dialogs and requests. */
async function opened(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN", ...options });
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(`error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && page.wrong.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => {
    page.wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("data:") && !url.startsWith("blob:") && url !== pathToFileURL(file).href) page.wrong.push(`request: ${url}`);
  });
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  return page;
}

/** The PDF with its only page turned a quarter clockwise, by an update at its end (ISO 32000-2, 7.5.6). */
function turned(pdf) {
  const text = pdf.toString("latin1");
  const [object, number] = /(\d+) 0 obj\s*<<\s*\/Type \/Page\b[^]*?endobj/.exec(text);
  const [, size] = /\/Size (\d+)/.exec(text);
  const [, rootNumber] = /\/Root (\d+) 0 R/.exec(text);
  const before = text.slice(text.lastIndexOf("startxref")).match(/\d+/)[0];
  const page = object.replace("/Type /Page", "/Type /Page /Rotate 90");
  const at = String(text.length + 1).padStart(10, "0");
  const table = `xref\n${number} 1\n${at} 00000 n \ntrailer\n<</Size ${size} /Root ${rootNumber} 0 R /Prev ${before}>>`;
  return Buffer.from(`${text}\n${page}\n${table}\nstartxref\n${text.length + page.length + 2}\n%%EOF\n`, "latin1");
}

async function picture(page, name, options = {}) {
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.png`), ...options });
}

const td = (page, key) => page.locator(`#annexes td[data-key="${key}"]`);
const box = (page, key) => page.locator(`#pages .box[data-key="${key}"]`).first();
const isLit = (locator) => locator.evaluate((element) => element.classList.contains("lit"));
const isInView = (locator, pane) => locator.evaluate((element, pane) => {
  const [inner, outer] = [element.getBoundingClientRect(), document.querySelector(pane).getBoundingClientRect()];
  return inner.top >= outer.top && inner.bottom <= outer.bottom;
}, pane);

const cases = {
  async "it opens, loads nothing, and names its doubts"(browser) {
    const page = await opened(browser, reviewOf(housing));
    assert.match(await page.title(), /2023/);
    assert.ok((await page.locator("figure.sheet img").count()) > 5, "pages have pictures");
    assert.equal(await page.locator("#list .doubt").count(), 1);
    assert.match(await page.locator("#list .doubt").textContent(), /赣江新区/);
    assert.match(await page.locator("#count").textContent(), /未处理 1/);
    const policy = await page.locator("meta[http-equiv]").getAttribute("content");
    assert.ok(policy.startsWith("default-src 'none'") && !policy.includes("unsafe"), policy);
    await picture(page, "open");
    return page;
  },

  async "a cell and its place light up, both ways"(browser) {
    const page = await opened(browser, reviewOf(housing));
    await td(page, "1.3.0").hover();
    await page.waitForTimeout(150);
    assert.ok(await isLit(box(page, "1.3.0")), "the place of the cell pointed at is lit");
    assert.ok(await isInView(box(page, "1.3.0"), "#pages"), "and in view");
    await box(page, "5.3.0").hover();
    await page.waitForTimeout(150);
    assert.ok(await isLit(td(page, "5.3.0")), "the cell of the place pointed at is lit");
    assert.ok(await isInView(td(page, "5.3.0"), "#tables"), "and in view");
    assert.equal(await page.locator("#annexes .lit").count(), 1);
    await picture(page, "hover");
    return page;
  },

  async "a workbook shows its cells by letter and number, and a corrected cell is named so"(browser) {
    const page = await opened(browser, reviewOf(workbook));
    const cell = page.locator("#pages .told td.box").first();
    const key = await cell.evaluate((element) => element.dataset.key);
    assert.ok((await page.locator("#pages .told th[scope=col]").allTextContents()).includes("B"));
    const figure = td(page, `${key.split(".")[0]}.0.0`);
    await figure.click();
    assert.equal(await page.locator("#pages .told .lit").count(), 1, "its place is lit in the sheet");
    await page.locator("#by").fill("李审核");
    await page.locator("#value").fill("7");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("#correct").click().then(() => page.locator("#save").click())]);
    const file = path.join(folder, "workbook.corrections.json");
    await saved.saveAs(file);
    const { place } = JSON.parse(fs.readFileSync(file, "utf8")).corrections[0];
    assert.match(place.cell, /^[A-Z]+[0-9]+$/);
    assert.ok(place.sheet);
    const result = JSON.parse(run("convert", workbook, "--corrections", file));
    assert.equal(result.annexes[0].rows[0].cells[0].value, "7");
    await picture(page, "workbook");
    return page;
  },

  async "a doubtful cell of a scan is shown large, with its readings to choose by a key"(browser) {
    // As recognition would have left two cells of a result.
    const result = JSON.parse(run("convert", housing));
    const cells = result.annexes[0].rows[1].cells;
    const [first, second] = cells.filter((cell) => cell.status === "value");
    const other = `${first.raw}5`;
    Object.assign(first, { confidence: 0.61, doubt: ["readings_differ"], readings: [{ text: other, confidence: 0.3 }, { text: "\u53e3", confidence: 0.1 }] });
    Object.assign(second, { confidence: 0.97, doubt: ["form"] });
    const file = path.join(folder, "scanned.json");
    fs.writeFileSync(file, JSON.stringify(result));
    const page = await opened(browser, reviewOf(file, "scanned"));
    const doubts = page.locator("#list .doubt.reading");
    assert.equal(await doubts.count(), 2, "each doubtful cell is a doubt");
    assert.match(await doubts.first().textContent(), /两次识别不一致/);
    await doubts.first().locator("button").click();
    const key = `0.1.${cells.indexOf(first)}`;
    const shown = page.locator("#readings button");
    assert.deepEqual(await shown.allTextContents(), [`1 ${first.raw}`, `2 ${other}`], "what is no figure is not offered");
    assert.ok(await page.locator("#panel.sight").isVisible());
    await page.locator("#title").click();
    await page.keyboard.press("3");
    assert.equal(await td(page, key).locator("ins").count(), 0, "there is no third reading");
    await page.keyboard.press("2");
    assert.equal(await td(page, key).locator("ins").textContent(), other);
    assert.equal(await page.locator("#list .doubt.reading.answered").count(), 1);
    assert.deepEqual(await shown.allTextContents(), [`1 ${second.raw}`], "and the next doubt is open");
    await page.keyboard.press("1");
    assert.match(await td(page, `0.1.${cells.indexOf(second)}`).textContent(), /✓/);
    assert.equal(await page.locator("#list .doubt.reading.answered").count(), 2);
    await page.locator("#other").click();
    assert.match(await doubts.first().textContent(), /read twice, differently/);
    return page;
  },

  async "a scan shows the picture it was read from, set upright, and its cells on it"(browser) {
    try {
      run("models", "--check");
    } catch {
      console.log("     not tried: the models that read pictures are not installed (`fubiao models`)");
      return null;
    }
    const page = await opened(browser, reviewOf(scan, "scan"));
    const size = await page.locator("#sheet-1 img").evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    assert.deepEqual(size, [1654, 2339], "in its own pixels");
    assert.deepEqual(await page.evaluate(inkless), [], "there is ink in the place of each cell");
    await td(page, "0.0.0").click();
    assert.ok(await page.locator("#crop img").isVisible());
    await picture(page, "scan");
    return page;
  },

  async "a reviewer walks to the doubt, corrects it, saves, and converts again"(browser) {
    const page = await opened(browser, reviewOf(housing));
    await page.locator("#by").fill("李审核");
    await page.locator("#title").click();
    await page.keyboard.press("n");
    const key = await page.evaluate(() => document.activeElement.dataset.key);
    assert.equal(await td(page, key).getAttribute("aria-invalid"), "true");
    assert.match(await page.locator("#which").textContent(), /赣江新区/);
    assert.match(await page.locator(".sum.broken").first().textContent(), /203/, "the difference is shown");
    await picture(page, "doubt");
    await page.keyboard.press("Enter");
    await page.locator("#value").fill("1");
    await page.locator("#comment").fill("多录");
    await page.locator("#value").press("Enter");
    assert.equal(await page.locator("#list .doubt.mended").count(), 1, "the sum holds now");
    assert.match(await page.locator("#count").textContent(), /未处理 0/);
    assert.equal(await td(page, key).locator("del").textContent(), "204");
    assert.equal(await td(page, key).locator("ins").textContent(), "1");
    await picture(page, "corrected");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("s")]);
    assert.equal(download.suggestedFilename(), "notice.corrections.json");
    const file = path.join(folder, "notice.corrections.json");
    await download.saveAs(file);
    run("validate", file);
    const result = JSON.parse(run("convert", housing, "--corrections", file));
    const cell = result.annexes.flatMap((a) => a.rows).flatMap((r) => r.cells).find((c) => c.correction);
    assert.equal(cell.raw, "204");
    assert.equal(cell.value, "1");
    assert.deepEqual([cell.correction.by, cell.correction.from, cell.correction.to, cell.correction.comment], ["李审核", "204", "1", "多录"]);
    assert.deepEqual(result.findings.filter((f) => f.severity !== "note"), []);
    await page.reload();
    assert.equal(await page.locator("#list .doubt.mended").count(), 1, "what was said is kept");
    await page.locator("#undo").waitFor({ state: "hidden" });
    await td(page, key).click();
    await page.locator("#undo").click();
    assert.equal(await page.locator("#list .doubt.open").count(), 1, "and can be taken back");
    return page;
  },

  async "a doubt is answered when each of its candidates is confirmed, a wrong figure is refused, a new break opens a doubt"(browser) {
    const page = await opened(browser, reviewOf(housing));
    await page.locator("#next").click();
    const key = await page.evaluate(() => document.activeElement.dataset.key);
    await page.keyboard.press("c");
    assert.ok((await td(page, key).getAttribute("class")).includes("confirmed"));
    assert.equal(await page.locator("#list .doubt.answered").count(), 0, "another cell may be wrong");
    assert.match(await page.locator("#count").textContent(), /未处理 1/);
    for (const suspect of await page.locator("#list .suspects button.link").all()) {
      await suspect.click();
      await page.keyboard.press("c");
    }
    assert.equal(await page.locator("#list .doubt.answered").count(), 1, "each is confirmed: it is the notice's own fault");
    assert.match(await page.locator("#count").textContent(), /未处理 0/);
    assert.ok(await page.locator("#count.clear").count());
    await td(page, key).click();
    await page.keyboard.press("Enter");
    await page.locator("#value").fill("1.2.3");
    await page.locator("#value").press("Enter");
    assert.match(await page.locator("#wrong").textContent(), /278\.90/);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.key), key, "Esc goes back to the cell");
    await td(page, "1.3.0").click();
    await page.keyboard.press("Enter");
    await page.locator("#value").fill("99999999999999999999.5");
    await page.locator("#value").press("Enter");
    const fresh = await page.locator("#list .fresh.open").count();
    assert.ok(fresh >= 1, "a sum that held is broken by this");
    assert.match(await page.locator("#count").textContent(), new RegExp(`未处理 ${fresh}，共 ${fresh + 1}`));
    assert.equal(await page.locator("#count.clear").count(), 0, "the head is no longer green");
    await page.locator("#title").click();
    await page.keyboard.press("n");
    assert.match(await page.locator("#list .fresh[aria-current]").first().textContent(), /99999999999999/, "walked to, and to the last digit");
    await td(page, "1.3.0").click();
    await page.locator("#undo").click();
    assert.equal(await page.locator("#list .fresh").count(), 0, "and gone when it is taken back");
    await page.keyboard.press("Enter");
    await page.locator("#value").fill("－１，２３４．５０");
    await page.locator("#value").press("Enter");
    assert.equal(await td(page, "1.3.0").locator("ins").textContent(), "-1234.50", "full-width figures are taken");
    await page.keyboard.press("s");
    assert.match(await page.locator("#said").textContent(), /审核人/, "no saving without a name");
    return page;
  },

  async "confirming the likeliest of several does not close a doubt; the language can be set; what was not checked is not green"(browser) {
    const sums = "关于下达2023年计划的通知\n\n附件1\n2023年开工计划\n市、县名称\t新开工\n全省\t60\n南昌市\t10\n九江市\t25\n赣州市\t35\n";
    fs.writeFileSync(path.join(folder, "sums.txt"), sums);
    run("review", "sums.txt", "-o", "sums.html", "--lang", "en");
    const page = await opened(browser, path.join(folder, "sums.html"));
    assert.equal(await page.locator("html").getAttribute("lang"), "en", "--lang sets the first language");
    await page.keyboard.press("n");
    await page.keyboard.press("c");
    assert.equal(await page.locator("#list .doubt.open").count(), 1);
    assert.match(await page.locator("#checked").textContent(), /sums checked: 1/);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
    fs.writeFileSync(path.join(folder, "letter.txt"), "您好，\n明天下午见。\n");
    const letter = await opened(browser, reviewOf("letter.txt", "letter"));
    assert.equal(await letter.locator("#count.clear, .none:not(.care)").count(), 0, "nothing in green");
    assert.match(await letter.locator("#doubts").textContent(), /未识别/);
    assert.match(await letter.locator("#checked").textContent(), /核对 0 处合计/);
    return letter;
  },

  async "it fits screens from 800 to 1920 and A4 paper"(browser) {
    const columns = Array.from({ length: 24 }, (_, c) => `第${c + 1}项任务数`);
    const rows = ["甲市", "乙市", "丙市"].map((name, r) => [name, ...columns.map((_, c) => 1000000 * (r + 1) + c)]);
    const total = ["合计", ...columns.map((_, c) => rows.reduce((sum, row) => sum + row[c + 1], c === 3 ? 7 : 0))];
    const wide = ["关于下达2024年计划的通知", "", "附件1", "2024年任务表", ["地区", ...columns].join("\t"), ...rows.map((r) => r.join("\t")), total.join("\t"), ""];
    fs.writeFileSync(path.join(folder, "wide.txt"), wide.join("\n"));
    for (const [name, file] of [["housing", reviewOf(housing)], ["wide", reviewOf("wide.txt", "wide")]]) {
      for (const [width, height] of [[800, 600], [800, 1000], [1024, 768], [1366, 768], [1920, 1080]]) {
        const page = await opened(browser, file, { viewport: { width, height } });
        await page.keyboard.press("n");
        await page.waitForTimeout(50);
        await picture(page, `${name}-${width}`);
        const wrong = await page.evaluate(misplaced);
        assert.deepEqual(wrong, [], `${name} at ${width} x ${height}`);
        assert.deepEqual(page.wrong, []);
        await page.context().close();
      }
      // A4 less its margins of 14 mm, at 96 dots an inch.
      const page = await opened(browser, file, { viewport: { width: 688, height: 1000 } });
      await page.keyboard.press("n");
      if (pictures) fs.writeFileSync(path.join(pictures, `${name}.pdf`), await page.pdf({ format: "A4" }));
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      assert.deepEqual(await page.evaluate(cutOff), [], `${name} on paper`);
      await page.context().close();
    }
    return null;
  },

  async "boxes lie where the browser that printed the notice had its cells"(browser) {
    const maker = await (await browser.newContext()).newPage();
    const rows = [["甲市", "900.5", "12"], ["乙市", "", "30"], ["丙市", "7", "5"], ["合计", "907.5", "47"]];
    await maker.setContent(`<meta charset="utf-8"><style>@page{size:A4;margin:0}body{margin:60px 70px;font:16px sans-serif}
      table{border-collapse:collapse}td,th{border:1px solid #000;width:150px;height:32px;text-align:center}</style>
      <p>附件1</p><p style="text-align:center">2024年住房任务表</p>
      <table><tr><th>地区</th><th>套数</th><th>户数</th></tr>${rows.map((r) => `<tr>${r.map((c) => `<td>${c}</td>`).join("")}</tr>`).join("")}</table>`);
    await maker.emulateMedia({ media: "print" });
    const truth = await maker.evaluate(() => [...document.querySelectorAll("td")].map((td) => {
      const { x, y, width, height } = td.getBoundingClientRect();
      return [x, y, width, height];
    }));
    const upright = await maker.pdf({ preferCSSPageSize: true });
    const [across, down] = [(210 / 25.4) * 96, (297 / 25.4) * 96];
    const asPrinted = { pdf: upright, across, of: (box) => box };
    const clockwise = { pdf: turned(upright), across: down, of: ([x, y, width, height]) => [down - y - height, x, height, width] };
    for (const { pdf, across, of } of [asPrinted, clockwise]) {
      fs.writeFileSync(path.join(folder, "table.pdf"), pdf);
      const page = await opened(browser, reviewOf("table.pdf", "table"));
      const sheet = await page.locator("figure.sheet").first().boundingBox();
      const scale = sheet.width / across;
      for (const [r, row] of rows.entries()) {
        for (let c = 1; c < row.length; c++) {
          const seen = await box(page, `0.${r}.${c - 1}`).boundingBox();
          const expected = of(truth[r * 3 + c]).map((length) => length * scale);
          const found = [seen.x - sheet.x, seen.y - sheet.y, seen.width, seen.height];
          for (const [i, length] of expected.entries()) {
            assert.ok(Math.abs(found[i] - length) < 1.5, `row ${r}, cell ${c}: ${found} is not ${expected}`);
          }
        }
      }
      assert.deepEqual(await page.evaluate(inkless), []);
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    }
    return null;
  },

  async "ink lies under the boxes, also on turned pages and in fonts the file lacks"(browser) {
    for (const sample of ["notice.pdf", "notice-reportlab.pdf"]) {
      const page = await opened(browser, reviewOf(path.join(root, "samples/housing-2023", sample)));
      const bare = await page.evaluate(inkless);
      assert.deepEqual(bare, [], `${sample}: cells with text and nothing drawn under their boxes`);
      assert.deepEqual(page.wrong, []);
      await picture(page, sample.replace(".pdf", ""));
      await page.context().close();
    }
    return null;
  },

  async "a text input shows its lines, a result its tables"(browser) {
    const text = path.join(root, "samples/housing-2023/notice.txt");
    const page = await opened(browser, reviewOf(text));
    await td(page, "1.3.0").hover();
    await page.waitForTimeout(150);
    assert.equal(await box(page, "1.3.0").textContent(), await td(page, "1.3.0").textContent());
    assert.ok(await isLit(box(page, "1.3.0")));
    await page.keyboard.press("n");
    await picture(page, "text");
    assert.deepEqual(page.wrong, []);
    await page.context().close();
    fs.writeFileSync(path.join(folder, "result.json"), run("convert", housing));
    const tables = await opened(browser, reviewOf("result.json"));
    assert.equal(await tables.locator("#pages figure").count(), 0);
    assert.ok(await tables.locator("body.pageless #annexes table").first().isVisible());
    await tables.keyboard.press("n");
    assert.equal(await tables.locator(".doubt[aria-current]").count(), 1);
    await tables.keyboard.press("c");
    await tables.locator("#by").fill("甲");
    const [download] = await Promise.all([tables.waitForEvent("download"), tables.locator("#save").click()]);
    await download.saveAs(path.join(folder, "confirmed.json"));
    fs.writeFileSync(path.join(folder, "confirmed-result.json"), run("convert", housing, "--corrections", "confirmed.json"));
    const again = await opened(browser, reviewOf("confirmed-result.json"));
    assert.equal(await again.locator("#annexes td.confirmed").count(), 1, "what a result has of corrections is there again");
    await again.context().close();
    await picture(tables, "result");
    return tables;
  },

  async "what a notice contains is never run"(browser) {
    const name = "<script>alert(1)<img src=x onerror=alert(2)>.txt";
    const evil = "</script><script>alert(3)</script>";
    const lines = [`关于下达2024年${evil}计划的通知`, "", "附件1", "2024年任务表", "地区\t套数{{script}}",
      `甲${evil}市\t1`, "乙&lt;市\t2", "<img src=x onerror=alert(4)>\t3", "合计\t7", ""];
    fs.writeFileSync(path.join(folder, name), lines.join("\n"));
    const page = await opened(browser, reviewOf(name));
    await page.keyboard.press("n");
    await page.waitForTimeout(200);
    assert.equal(await page.locator("script").count(), 2, "the data and our own script");
    assert.match(await page.locator("#annexes").textContent(), /alert\(3\)/, "it is shown as text");
    assert.match(await page.locator("#about").textContent(), /onerror/);
    return page;
  },

  async "it is usable by keyboard, in both languages, in the dark and on paper"(browser) {
    const page = await opened(browser, reviewOf(housing), { colorScheme: "dark" });
    await page.keyboard.press("?");
    assert.ok(await page.locator("#help").isVisible());
    await page.keyboard.press("Escape");
    await page.locator("#other").click();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.match(await page.locator("#list .doubt").textContent(), /states/);
    await page.keyboard.press("n");
    await page.keyboard.press("ArrowUp");
    const above = await page.evaluate(() => document.activeElement.dataset.key);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await page.evaluate(() => document.activeElement.dataset.key), above);
    await picture(page, "dark");
    const named = await page.locator("button:visible, input:visible").evaluateAll((all) =>
      all.filter((e) => !(e.textContent.trim() || e.labels?.[0]?.textContent.trim() || e.getAttribute("aria-label"))).length);
    assert.equal(named, 0, "every control has a name");
    await page.emulateMedia({ media: "print", colorScheme: "light" });
    const paper = await page.pdf({ format: "A4" });
    assert.ok(paper.length > 10_000);
    if (pictures) fs.writeFileSync(path.join(pictures, "print.pdf"), paper);
    return page;
  },
};

/** Runs in the page: controls that are outside the window or under something else, and panes too small to use. */
function misplaced() {
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page scrolls sideways");
  for (const element of document.querySelectorAll("header button, header input, #panel button, #panel input")) {
    if (element.hidden || !element.offsetParent) continue;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) wrong.push(`${element.id} is outside`);
    else if (!element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2))) wrong.push(`${element.id} is covered`);
  }
  for (const pane of ["tables", "pages"]) {
    const { width, height } = document.getElementById(pane).getBoundingClientRect();
    if (width < 280 || height < Math.min(240, innerHeight / 4)) wrong.push(`${pane} has ${width} x ${height}`);
  }
  return wrong;
}

/** Runs in the page as on paper: what is wider than the paper, hidden by its pane, or over something else. */
function cutOff() {
  const wrong = [];
  for (const element of document.querySelectorAll("th, td, .message, .suspects li, .repair, figure.sheet")) {
    const { left, right, width } = element.getBoundingClientRect();
    const paper = element.closest(".turned") ? 1018 : innerWidth;
    if (width && (left < -1 || right > paper + 1)) wrong.push(`${element.textContent.slice(0, 20)} reaches from ${left} to ${right}`);
  }
  const panes = ["doubts", "tables", "pages"].map((id) => document.getElementById(id)).filter((pane) => pane.offsetParent);
  for (const [at, pane] of panes.entries()) {
    // The number of the last page hangs below it.
    if (pane.scrollHeight > pane.clientHeight + 20) wrong.push(`${pane.id} hides ${pane.scrollHeight - pane.clientHeight} px`);
    const next = panes[at + 1];
    if (next && pane.getBoundingClientRect().bottom > next.getBoundingClientRect().top + 2) wrong.push(`${pane.id} runs into ${next.id}`);
  }
  return wrong;
}

/** Runs in the page: cells with text whose box shows one shade alone and that no word is drawn over. */
function inkless() {
  const bare = [];
  for (const figure of document.querySelectorAll("figure.sheet")) {
    const image = figure.querySelector("img");
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const words = [...figure.querySelectorAll(".words text")].map((word) => word.getBoundingClientRect());
    const area = figure.querySelector(".boxes").getBoundingClientRect();
    for (const box of figure.querySelectorAll(".box")) {
      const td = document.querySelector(`#annexes [data-key="${box.dataset.key}"]`);
      if (!td?.textContent.trim()) continue;
      const rect = box.getBoundingClientRect();
      if (words.some((w) => w.left < rect.right && w.right > rect.left && w.top < rect.bottom && w.bottom > rect.top)) continue;
      const [x, y] = [canvas.width / area.width, canvas.height / area.height];
      const inset = 2;
      const pixels = context.getImageData((rect.left - area.left) * x + inset, (rect.top - area.top) * y + inset,
        Math.max(1, rect.width * x - 2 * inset), Math.max(1, rect.height * y - 2 * inset)).data;
      const first = pixels[0] + pixels[1] + pixels[2];
      let shades = 0;
      for (let i = 0; i < pixels.length; i += 4) if (Math.abs(pixels[i] + pixels[i + 1] + pixels[i + 2] - first) > 60) shades++;
      if (!shades) bare.push(`${box.dataset.key} ${td.textContent}`);
    }
  }
  return bare;
}

runCases(cases, {
  playwright, chromium, pictures,
  check: async (page) => {
    assert.deepEqual(page?.wrong ?? [], []);
    await page?.context().close();
  },
});
