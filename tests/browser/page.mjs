// Looks at pages in a real browser, as a reader and as somebody who wants to do harm would.
//
//   npm install --prefix tests/browser
//   node tests/browser/page.mjs FOLDER [SCREENSHOTS]
//
// FOLDER holds pages as tests/html.rs writes them: small.html, hostile.html, large.html. It needs Chromium,
// from $CHROMIUM or /usr/bin/chromium. Without Chromium or playwright-core it ends with 77: skipped.

import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, screenshots] = process.argv.slice(2);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const playwright = await import("playwright-core").catch(() => null);
if (!playwright || !existsSync(executablePath)) {
  console.log(`skipped: ${playwright ? `no ${executablePath}` : "no playwright-core"}`);
  process.exit(77);
}

const browser = await playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] });
const url = (name) => pathToFileURL(resolve(folder, name)).href;

/** Opens a page, and fails when it asks for anything but itself, says anything or is stopped at anything. */
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => request.url().split("#")[0] === url(name) || wrong.push(`asks for ${request.url()}`));
  page.on("dialog", (dialog) => (wrong.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  page.on("console", (message) => wrong.push(`says ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`fails: ${error.message}`));
  page.on("popup", () => wrong.push("opens a window"));
  const start = performance.now();
  await page.goto(url(name));
  page.opened = Math.round(performance.now() - start);
  page.done = async () => {
    await page.waitForTimeout(50);
    assert.deepEqual(wrong, []);
    await context.close();
  };
  return page;
}

const visible = (page) => page.locator(".finding:not(.out)").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
const settled = (page) => page.waitForTimeout(250);

/** What each test proves is its name. */
const tests = {
  async "the filter shows what fits and says how many"() {
    const page = await open("small.html");
    const all = await visible(page);
    assert.ok(all > 5);
    await page.selectOption("#filter [name=grade]", "major");
    await settled(page);
    const majors = await page.locator(".finding.major").count();
    assert.equal(await visible(page), majors);
    assert.match(await page.textContent("#filter output"), new RegExp(`^${majors} of ${all} `));
    await page.click("#filter [type=reset]");
    await settled(page);
    assert.equal(await visible(page), all);
    await page.fill("#filter [name=text]", "A.8.23 RELIES");
    await settled(page);
    assert.equal(await visible(page), 1);
    await page.fill("#filter [name=text]", "");
    await settled(page);
    for (const name of ["group", "control", "owner"]) {
      const value = await page.locator(`#filter [name=${name}] option`).nth(1).getAttribute("value");
      await page.selectOption(`#filter [name=${name}]`, { index: 1 });
      await settled(page);
      const shown = await visible(page);
      assert.ok(shown > 0 && shown < all, `${name} ${value}: ${shown}`);
      await page.selectOption(`#filter [name=${name}]`, { index: 0 });
    }
    await page.done();
  },

  async "a link leads to its finding, even one that the filter hides"() {
    const page = await open("small.html");
    const href = await page.locator(".blockers a").first().getAttribute("href");
    await page.selectOption("#filter [name=grade]", "opportunity");
    await settled(page);
    await page.locator(".blockers a").first().click();
    await settled(page);
    assert.equal(new URL(page.url()).hash, href);
    assert.ok(await page.locator(href).isVisible());
    assert.ok(await page.locator(href).evaluate((one) => one.matches(":target") && one.getBoundingClientRect().top < innerHeight));
    await page.locator(".heat .cell").first().click();
    assert.match(page.url(), /#control-/);
    await page.done();
  },

  async "without scripts everything is there, and the filter is not"() {
    const [page, other] = [await open("small.html", { javaScriptEnabled: false }), await open("small.html")];
    assert.equal(await visible(page), await visible(other));
    assert.ok(await page.locator("#filter").isHidden());
    await page.locator(".finding summary").first().click();
    assert.ok(await page.locator(".finding dl").first().isVisible());
    await page.done();
    await other.done();
  },

  async "no string of the evidence becomes markup or runs"() {
    for (const javaScriptEnabled of [true, false]) {
      const page = await open("hostile.html", { javaScriptEnabled });
      const strange = "main :is(img, iframe, object, embed, base, link, audio, video, math, foreignObject, a[href^='javascript' i], [onerror], [onload], [style]), body > :not(a, header, nav, main, footer, script)";
      assert.equal(await page.locator(strange).count(), 0);
      assert.equal(await page.locator("script").count(), 1);
      await page.mouse.move(400, 400);
      await page.done();
    }
  },

  async "what somebody smuggled in would be stopped by the policy"() {
    const page = await open("small.html");
    const ran = await page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'ran'";
      document.body.append(script);
      const image = new Image();
      const loaded = new Promise((end) => ((image.onload = () => end(true)), (image.onerror = () => end(false))));
      image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
      return document.title === "ran" || (await loaded);
    });
    assert.equal(ran, false);
  },

  async "no width and no scheme makes the page scroll sideways"() {
    for (const name of ["small.html", "hostile.html"]) {
      for (const width of [1280, 768, 390, 320]) {
        for (const colorScheme of ["light", "dark"]) {
          const page = await open(name, { viewport: { width, height: 900 }, colorScheme });
          const [wide, ground] = await page.evaluate(() => [document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]);
          assert.ok(wide <= width, `${name} is ${wide} wide at ${width}`);
          assert.equal(ground === "rgb(255, 255, 255)", colorScheme === "light");
          if (screenshots && name === "small.html") {
            mkdirSync(screenshots, { recursive: true });
            await page.screenshot({ path: join(screenshots, `${width}-${colorScheme}.png`) });
          }
          await page.done();
        }
      }
    }
  },

  async "a keyboard reaches the verdict, the filter and the findings"() {
    const page = await open("small.html");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    const reached = new Set();
    for (let at = 0; at < 400; at += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.closest("section[id], nav, form")?.id ?? ""));
      if (reached.has("filter") && (await page.evaluate(() => !!document.activeElement.closest(".finding")))) break;
    }
    for (const place of ["verdict", "heat-map", "filter"]) assert.ok(reached.has(place), place);
    assert.ok(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none"));
    await page.done();
  },

  async "on paper the details are open and the filter is away"() {
    const page = await open("small.html");
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#filter").isHidden());
    const closed = await page.locator(".finding dl").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height === 0).length);
    assert.equal(closed, 0);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    assert.ok(pdf.length > 10_000);
    await page.done();
  },

  async "ten thousand findings open and can be filtered"() {
    const page = await open("large.html");
    const all = await page.locator(".finding").count();
    assert.ok(all >= 10_000, `${all}`);
    const took = [];
    for (const text of ["finch", "9999", ""]) {
      took.push(await page.evaluate(async (text) => {
        const field = document.querySelector("#filter [name=text]");
        const start = performance.now();
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => setTimeout(done, 160));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return Math.round(performance.now() - start - 160);
      }, text));
    }
    assert.equal(await visible(page), all);
    console.log(`  opened in ${page.opened} ms; filtered in ${took.join(", ")} ms`);
    await page.done();
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
