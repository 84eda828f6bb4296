// Runs named cases in a Chromium, one after the other, and says of each whether it holds.

"use strict";

const fs = require("node:fs");

/**
 * Runs the cases in a Chromium and ends the process: with 1 if one of them failed, else with 0.
 *
 * `cases`: by name, functions of the browser. `pictures`: a folder for screenshots, made if it is not there.
 * `check`: looks at what a case gave back. `done`: called when all have run.
 */
async function runCases(cases, { playwright, chromium, pictures, check = async () => {}, done = () => {} }) {
  if (pictures) fs.mkdirSync(pictures, { recursive: true });
  const browser = await playwright.chromium.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  let failed = 0;
  for (const [name, test] of Object.entries(cases)) {
    try {
      await check(await test(browser));
      console.log(`ok   ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}\n     ${error.stack.split("\n").slice(0, 8).join("\n     ")}`);
    }
  }
  await browser.close();
  done();
  process.exit(failed ? 1 : 0);
}

module.exports = { runCases };
