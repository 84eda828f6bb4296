// `fubiao serve` in a real Chromium, from a dropped file to the downloaded workbook, and attacked.
//
//   node tests/review/serve.cjs [FUBIAO] [SCREENSHOTS]
//
// FUBIAO must be built with the feature `serve` (cargo build --features serve). Needs playwright-core and a Chromium
// as browser.cjs does; without them it says so and passes.

"use strict";

const assert = require("node:assert/strict");
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { runCases } = require("./cases.cjs");

const root = path.resolve(__dirname, "../..");
const fubiao = path.resolve(process.argv[2] ?? path.join(root, "target/debug/fubiao"));
const pictures = process.argv[3] && path.resolve(process.argv[3]);
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const sample = (name) => path.join(root, "samples/housing-2023", name);

function skip(why) {
  console.log(`fubiao serve in a browser: skipped, ${why}`);
  process.exit(0);
}
let playwright;
try {
  playwright = require("playwright-core");
} catch {
  skip("playwright-core is not installed (npm install in tests/review)");
}
if (!fs.existsSync(chromium)) skip(`no Chromium at ${chromium} (set CHROMIUM)`);
try {
  execFileSync(fubiao, ["serve", "--help"], { stdio: "ignore" });
} catch {
  skip(`${fubiao} is built without the feature serve`);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "fubiao-serve-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
let servers = [];

/** Starts a server over a folder; gives its address once it is told. */
async function started(kept, ...flags) {
  const server = spawn(fubiao, ["serve", kept, "--lang", "zh", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  servers.push(server);
  const address = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (data) => {
      said += data;
      if (said.includes("\n")) resolve(said.trim());
    });
    server.on("exit", () => reject(new Error("the server ended")));
  });
  const stop = () => new Promise((resolve) => {
    server.removeAllListeners("exit");
    server.on("exit", resolve);
    server.kill("SIGKILL");
  });
  // Its worker processes; their parent may be any of its threads.
  const workers = () => fs.readdirSync(`/proc/${server.pid}/task`)
    .flatMap((thread) => fs.readFileSync(`/proc/${server.pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number));
  return { address, stop, workers, url: new URL(address) };
}

/** A request of another program: whatever headers and path it likes. */
function ask(url, { method = "GET", path: at = url.pathname, headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port: url.port, method, path: at, headers: { host: url.host, ...headers } }, (answer) => {
      let text = "";
      answer.on("data", (data) => { text += data; });
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      answer.on("error", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const stateOf = async (url) => JSON.parse((await ask(url, { path: `${url.pathname}state` })).text).notices;

async function until(what, condition, seconds = 90) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`never ${what}`);
}

async function opened(browser, address) {
  const page = await (await browser.newContext({ locale: "zh-CN", acceptDownloads: true, viewport: { width: 1366, height: 768 } })).newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(error.message));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && origin !== new URL(address).origin) page.wrong.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(address);
  return page;
}

const cases = {
  async "a file is dropped, read, reviewed, corrected and downloaded, and nothing is lost"(browser) {
    const kept = path.join(folder, "kept");
    const first = await started(kept);
    const page = await opened(browser, first.address);
    // A drop as the browser makes it: a list of files.
    const bytes = fs.readFileSync(sample("notice.pdf")).toString("base64");
    await page.evaluate(async (bytes) => {
      const list = new DataTransfer();
      list.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "通知 2023.pdf"));
      dispatchEvent(new DragEvent("drop", { dataTransfer: list, bubbles: true, cancelable: true }));
    }, bytes);
    await page.locator("#notices tr.doubtful").waitFor({ timeout: 90_000 });
    assert.match(await page.locator("#notices").textContent(), /1 处疑点/);
    assert.match(await page.locator("#notices").textContent(), /核对 84 处合计/);
    if (pictures) await page.screenshot({ path: path.join(pictures, "serve.png") });
    const [review] = await Promise.all([page.context().waitForEvent("page"), page.locator("#notices a").first().click()]);
    await review.locator("#annexes td").first().waitFor();
    assert.ok((await review.locator("figure.sheet img").count()) > 5, "the pages are there, drawn behind the walls");
    await review.keyboard.press("n");
    await review.keyboard.press("Enter");
    await review.locator("#value").fill("１");
    await review.locator("#value").press("Enter");
    assert.equal(await review.locator("#list .doubt.mended").count(), 1);
    await review.waitForTimeout(600);
    // The browser is closed and the server killed before anything was saved.
    await page.context().close();
    await first.stop();
    const second = await started(kept);
    const again = await opened(browser, second.address);
    await again.locator("#notices tr.doubtful").waitFor();
    const [later] = await Promise.all([again.context().waitForEvent("page"), again.locator("#notices a").first().click()]);
    await later.locator("#list .doubt.mended").waitFor();
    await later.locator("#by").fill("李审核");
    await later.locator("#save").click();
    await later.locator("#said.fresh").filter({ hasText: "已保存" }).waitFor();
    await again.reload();
    await again.locator("#notices tr.clear").waitFor();
    assert.match(await again.locator("#notices").textContent(), /已更正或确认 1 处/);
    const [download] = await Promise.all([again.waitForEvent("download"), again.getByRole("link", { name: "Excel" }).click()]);
    assert.equal(download.suggestedFilename(), "通知 2023.xlsx");
    const file = path.join(folder, "out.xlsx");
    await download.saveAs(file);
    assert.equal(fs.readFileSync(file).subarray(0, 2).toString(), "PK");
    const result = JSON.parse((await ask(second.url, { path: `${second.url.pathname}files/${(await stateOf(second.url))[0].id}/as/json` })).text);
    const cell = result.annexes.flatMap((a) => a.rows).flatMap((r) => r.cells).find((c) => c.correction);
    assert.deepEqual([cell.raw, cell.value, cell.correction.by], ["204", "1", "李审核"]);
    assert.deepEqual([...again.wrong, ...page.wrong], []);
    await again.locator("#notices button").last().click();
    await again.locator("#none").waitFor();
    assert.deepEqual(fs.readdirSync(path.join(kept, "notices")), []);
    await second.stop();
  },

  async "another origin, another name, no token: turned away"(browser) {
    const { address, url, stop } = await started(path.join(folder, "guarded"));
    const ours = await ask(url);
    assert.equal(ours.status, 200);
    assert.match(ours.headers["content-security-policy"], /^default-src 'none'/);
    assert.equal(ours.headers["access-control-allow-origin"], undefined);
    for (const [what, options] of [
      ["no token", { path: "/" }], ["a wrong token", { path: `/${"0".repeat(32)}/` }], ["a short token", { path: url.pathname.slice(0, -2) }],
      ["another host", { headers: { host: `evil.example:${url.port}` } }],
      ["another origin", { headers: { origin: "http://evil.example" } }], ["no origin", { headers: { origin: "null" } }],
      ["another port's page", { headers: { origin: "http://127.0.0.1:1" } }], ["another site", { headers: { "sec-fetch-site": "cross-site" } }],
      ["an upload from elsewhere", { method: "PUT", path: `${url.pathname}files?name=x`, headers: { origin: "http://evil.example" }, body: "x" }],
    ]) {
      assert.equal((await ask(url, options)).status, 404, what);
    }
    assert.deepEqual(await stateOf(url), []);
    // A page of another origin that knows the address: the browser sends it, and it is turned away.
    const other = http.createServer((_, answer) => answer.end("<!doctype html>")).listen(0, "127.0.0.1");
    const page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${other.address().port}/`);
    const got = await page.evaluate(async (address) => {
      const of = async (options) => (await fetch(address, options)).status;
      return [await of({ mode: "no-cors" }).catch(() => "refused"), await of({}).catch(() => "refused"), await of({ method: "PUT", body: "x" }).catch(() => "refused")];
    }, `${address}files?name=x`);
    assert.ok(got.every((status) => status === "refused" || status === 0), String(got));
    assert.deepEqual(await stateOf(url), []);
    await page.context().close();
    other.close();
    // The port is open on the loopback interface alone.
    for (const { address: at, internal, family } of Object.values(os.networkInterfaces()).flat()) {
      if (internal || family !== "IPv4") continue;
      await new Promise((resolve) => {
        const socket = net.connect({ host: at, port: url.port, timeout: 2000 });
        socket.on("connect", () => assert.fail(`reached at ${at}`));
        for (const event of ["error", "timeout"]) socket.on(event, () => resolve(socket.destroy()));
      });
    }
    await stop();
  },

  async "paths lead nowhere, names are names"(browser) {
    const kept = path.join(folder, "paths");
    const { url, address, stop } = await started(kept);
    fs.writeFileSync(path.join(folder, "secret"), "secret");
    for (const at of ["files/../../secret", "files/..%2f..%2f..%2fsecret/review", `files/${"a".repeat(63)}%2e/review`, "files/%2e%2e/as/json",
      `files/${"a".repeat(64)}/review`, `files/${"a".repeat(64)}/as/..%2fsource`, "files/x/draft"]) {
      const answer = await ask(url, { path: url.pathname + at });
      assert.ok([404, 405].includes(answer.status) && !answer.text.includes("secret"), `${at}: ${answer.status}`);
    }
    assert.equal((await ask(url, { method: "PUT", path: `${url.pathname}files/${"a".repeat(64)}/draft`, body: "{}" })).status, 404);
    assert.equal((await ask(url, { method: "DELETE", path: `${url.pathname}files/..%2f` })).status, 404);
    const name = "../../../evil<script>alert(1)</script>\u0007.txt";
    const put = await ask(url, { method: "PUT", path: `${url.pathname}files?name=${encodeURIComponent(name)}`, body: "关于下达2023年计划的通知\n" });
    assert.equal(put.status, 201);
    await until("read", async () => (await stateOf(url))[0].state === "done");
    const [{ names, id }] = await stateOf(url);
    assert.ok(!names[0].includes("/") && !names[0].includes("\u0007"), names[0]);
    assert.deepEqual(fs.readdirSync(folder).filter((entry) => entry.includes("evil")), []);
    // A notice without tables: that there are no doubts would say too much.
    const page = await opened(browser, address);
    await page.locator("#notices tr.unchecked").waitFor();
    assert.match(await page.locator("#notices tr.unchecked").innerText(), /未核对[\s\S]*无可核对/);
    const answer = await ask(url, { path: `${url.pathname}files/${id}/as/csv` });
    assert.match(answer.headers["content-disposition"], /^attachment; filename\*=UTF-8''[\w%.-]+$/);
    const wrong = await ask(url, { method: "POST", path: `${url.pathname}files/${id}/corrections`, body: '{"schema_version":"1.0"}' });
    assert.equal(wrong.status, 422, "corrections that are none are refused");
    await stop();
  },

  async "a gigabyte is refused, ten uploads at once are taken, a hostile PDF fails alone"() {
    const kept = path.join(folder, "load");
    const { url, stop } = await started(kept, "--timeout", "20");
    const put = (name, body, headers = {}) => ask(url, { method: "PUT", path: `${url.pathname}files?name=${name}`, body, headers });
    // One that says how long it is, and one that does not.
    const promised = await put("big.pdf", undefined, { "content-length": String(2 ** 30) }).catch((error) => ({ status: error.code }));
    assert.ok([413, "ECONNRESET", "EPIPE"].includes(promised.status), String(promised.status));
    const piece = Buffer.alloc(1 << 20);
    const streamed = await new Promise((resolve) => {
      const request = http.request({ host: "127.0.0.1", port: url.port, method: "PUT", path: `${url.pathname}files?name=big.pdf`, headers: { host: url.host } },
        (answer) => resolve(answer.statusCode));
      request.on("error", (error) => resolve(error.code));
      let sent = 0;
      const more = () => {
        while (sent < 1024 && !request.destroyed) {
          sent++;
          if (!request.write(piece)) return request.once("drain", more);
        }
        request.end();
      };
      more();
    });
    assert.ok([413, "ECONNRESET", "EPIPE"].includes(streamed), String(streamed));
    await until("cleaned up", () => fs.readdirSync(path.join(kept, "incoming")).length === 0, 10);
    assert.deepEqual(await stateOf(url), []);
    const texts = Array.from({ length: 10 }, (_, i) => `关于下达20${10 + i}年计划的通知\n\n附件1\n任务表\n地区\t套数\n甲市\t${i + 1}\n乙市\t2\n合计\t${i + 3}\n`);
    const taken = await Promise.all(texts.map((text, i) => put(`n${i}.txt`, text)));
    assert.ok(taken.every((answer) => answer.status === 201));
    assert.equal((await put("same.txt", texts[0])).status, 201, "the same bytes again");
    // A PDF whose objects nest without end, and a picture by a false name.
    const bomb = `%PDF-1.7\n1 0 obj\n${"[".repeat(2_000_000)}\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`;
    await put("bomb.pdf", bomb);
    await put("picture.pdf", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
    await until("all read", async () => (await stateOf(url)).every((notice) => notice.state !== "waiting"));
    const state = await stateOf(url);
    assert.equal(state.length, 12);
    assert.equal(state.filter((notice) => notice.state === "done").length, 10);
    assert.deepEqual(state.find((notice) => notice.names.length === 2).names, ["n0.txt", "same.txt"], "one notice with two names");
    assert.equal(state.filter((notice) => notice.state === "failed").length, 2);
    assert.equal((await ask(url)).status, 200, "the server goes on");
    await stop();
  },

  async "a notice whose worker is killed or runs over its time says so, stays so, and can be tried again"(browser) {
    const kept = path.join(folder, "died");
    const flags = ["--timeout", "2"];
    const first = await started(kept, ...flags);
    const put = async (name, body) => JSON.parse((await ask(first.url, { method: "PUT", path: `${first.url.pathname}files?name=${name}`, body })).text).id;
    // On pages of 5,000 annexes, which are within all limits but that of time.
    const annexes = (count) => `关于下达2023年计划的通知\n\n${Array.from({ length: count }, (_, i) => `${i % 5000 ? "" : "\f"}附件${i + 1}\n任务表${i}\n地区\t套数\n甲市\t1\n乙市\t2\n合计\t3\n`).join("")}`;
    const stateAt = async (url, id) => (await stateOf(url)).find((notice) => notice.id === id);
    const killed = await put("killed.txt", annexes(40_000));
    if (process.platform === "linux") {
      await until("worked on", () => first.workers().length > 0);
      await new Promise((resolve) => setTimeout(resolve, 300));
      first.workers().forEach((worker) => process.kill(worker, "SIGKILL"));
    }
    const endless = await put("endless.txt", annexes(40_001));
    const good = await put("good.txt", annexes(1));
    for (const id of [killed, endless]) await until("failed", async () => (await stateAt(first.url, id)).state === "failed", 300);
    await until("read", async () => (await stateAt(first.url, good)).state === "done", 300);
    assert.match((await stateAt(first.url, endless)).message[1], /超过时限/);
    for (const id of [killed, endless]) {
      const { message } = await stateAt(first.url, id);
      assert.ok(message.every((words) => words.trim()), `${message}`);
      assert.deepEqual(fs.readdirSync(path.join(kept, "notices", id)).sort(), ["about.json", "failure.json", "source"]);
    }
    // What failed is not read again by itself, whatever ends the server.
    await first.stop();
    const second = await started(kept, ...flags);
    assert.deepEqual((await stateOf(second.url)).map((notice) => notice.state), ["failed", "failed", "done"]);
    const page = await opened(browser, second.address);
    await page.locator("#notices tr.failed").nth(1).waitFor();
    assert.match(await page.locator("#notices tr.failed").nth(1).innerText(), /endless\.txt[\s\S]*超过时限/);
    await page.locator("#notices tr.failed button").first().click();
    await page.locator("#notices tr.waiting").waitFor();
    assert.equal(await page.locator("#notices tr.clear, #notices tr.doubtful").count(), 1, "the other one is there as it was");
    assert.deepEqual(page.wrong, []);
    await second.stop();
  },
};

runCases(cases, {
  playwright, chromium, pictures,
  done: () => servers.forEach((server) => server.kill("SIGKILL")),
});
