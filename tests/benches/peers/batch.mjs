// The ingest job in Node: batch.mjs <file>. Parses, checks and folds a batch of Segment's calls by customer and day.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const body = readFileSync(process.argv[2], "utf8");
const RECEIVED_AT = Date.parse("2026-03-02T11:59:59Z");
const DAY = 86_400_000;
const CUSTOMER = /^[A-Za-z0-9_.:-]{1,64}$/;
const CONTROL = /\p{Cc}/u;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const line = (value, longest) =>
  typeof value === "string" && value.trim().length > 0 && value.length <= longest && !CONTROL.test(value);
const number = (value, least, most) => typeof value === "number" && least <= value && value <= most;
const isObject = (value) => typeof value === "object" && value !== null;

/** The event with its day, or null when anything about it is wrong. */
function read(call, skew) {
  if (!isObject(call) || call.type !== "track") return null;
  const { context = {}, properties = {}, event: feature, messageId: id, timestamp } = call;
  if (!isObject(context) || !isObject(properties)) return null;
  const customer = context.groupId;
  const user = call.userId ?? call.anonymousId;
  const { count = 1, duration_secs: seconds = 0 } = properties;
  const good =
    typeof customer === "string" && CUSTOMER.test(customer) && line(user, 200) && line(feature, 100) && line(id, 100) &&
    number(count, 1, 1_000_000) && number(seconds, 0, 31_622_400) && typeof timestamp === "string" && TIME.test(timestamp);
  if (!good) return null;
  const at = Date.parse(timestamp) + skew;
  if (Number.isNaN(at) || at < RECEIVED_AT - 400 * DAY || at > RECEIVED_AT + 3_600_000) return null;
  const day = new Date(Math.min(at, RECEIVED_AT)).toISOString().slice(0, 10);
  return { customer, id, day, user, feature, count, seconds };
}

function fold(body) {
  const days = new Map();
  let refused = 0;
  const batch = JSON.parse(body);
  const skew = RECEIVED_AT - Date.parse(batch.sentAt);
  for (const call of batch.batch) {
    const event = read(call, skew);
    if (event === null) {
      refused += 1;
      continue;
    }
    const key = `${event.customer} ${event.day}`;
    let day = days.get(key);
    if (!day) {
      day = { events: 0, seconds: 0, users: new Set(), features: new Map(), messages: new Set() };
      days.set(key, day);
    }
    const message = createHash("sha256").update(event.id).digest("hex").slice(0, 16);
    if (day.messages.has(message)) continue;
    day.messages.add(message);
    day.events += event.count;
    day.seconds += event.seconds;
    day.users.add(event.user);
    day.features.set(event.feature, (day.features.get(event.feature) ?? 0) + event.count);
  }
  return { days, refused };
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};
let best = Infinity;
for (let round = 0; round < 40; round += 1) {
  const start = cpu();
  for (let run = 0; run < 200; run += 1) fold(body);
  best = Math.min(best, (cpu() - start) / 200);
}
const { days, refused } = fold(body);
const events = [...days.values()].reduce((sum, day) => sum + day.events, 0);
console.log(JSON.stringify({ ns: best, events: [events, days.size, refused] }));
