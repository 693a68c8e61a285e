// The rows of a result, fetched in blocks as they are looked at. Uses the helpers of app.js.
"use strict";

const BLOCK = 200;
const BLOCKS_KEPT = 80;
const PAUSE = 60; // While somebody scrolls fast, nothing is fetched.

class Refusal extends Error {}

const whole = $("#whole");

const wishes = {
  sorts: [], // [column, goes down]
  filters: [], // [column, operator, value, until]
  query() {
    const query = new URLSearchParams();
    if (this.sorts.length) query.set("sort", this.sorts.map(([column, down]) => (down ? "-" : "") + column).join(","));
    if (this.filters.length) query.set("filters", JSON.stringify(this.filters));
    return query;
  },
};

// Sentences of the server become a Refusal. What another machine keeps is read again here, once.
async function ask(address, options = {}, again = true) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The server could not be reached. What you see is kept; try again.");
  }
  if (answer.ok && !answer.redirected) return answer;
  if (answer.status === 410 && again) {
    result.described(await readRows(false));
    return ask(address, options, false);
  }
  if (answer.status === 422) throw new Refusal((await answer.json()).error);
  if (answer.status === 429) throw new Refusal("That was asked too often within a minute. Wait a little, then try again.");
  throw new Refusal(answer.redirected || answer.status === 404 ? "You are logged out, or this result is gone. Load the page again."
    : `The server answered with an error (${answer.status}). Try again.`);
}

async function readRows(again) {
  const body = new URLSearchParams(again ? { again: "1" } : {});
  const headers = { "X-CSRFToken": whole.dataset.token };
  return (await ask(whole.dataset.read, { method: "POST", body, headers }, false)).json();
}

class Blocks {
  constructor(onRows, onTrouble) {
    this.onRows = onRows;
    this.onTrouble = onTrouble;
    this.reset();
  }

  reset() {
    this.fetching?.forEach((controller) => controller.abort());
    this.kept = new Map();
    this.fetching = new Map();
    clearTimeout(this.waiting);
  }

  row(index) {
    return this.kept.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  want(first, last) {
    const blocks = [];
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block += 1) blocks.push(block);
    for (const [block, controller] of this.fetching) if (!blocks.includes(block)) controller.abort();
    clearTimeout(this.waiting);
    if (blocks.every((block) => this.kept.has(block))) return;
    this.waiting = setTimeout(() => blocks.forEach((block) => this.load(block).catch(() => {})), PAUSE);
  }

  // The rows of a block, those that are at hand without a request.
  async load(block) {
    if (this.kept.has(block)) return this.kept.get(block);
    if (this.fetching.has(block)) return null;
    const controller = new AbortController();
    const kept = this.kept;
    this.fetching.set(block, controller);
    try {
      const query = wishes.query();
      query.set("start", block * BLOCK);
      query.set("count", BLOCK);
      const page = await (await ask(`${whole.dataset.rows}?${query}`, { signal: controller.signal })).json();
      if (kept !== this.kept) return null;
      this.kept.set(block, page.rows);
      while (this.kept.size > BLOCKS_KEPT) this.kept.delete(this.kept.keys().next().value);
      this.onRows(page);
      return page.rows;
    } catch (error) {
      if (error.name !== "AbortError") this.onTrouble(error);
      throw error;
    } finally {
      if (this.fetching.get(block) === controller) this.fetching.delete(block);
    }
  }
}
