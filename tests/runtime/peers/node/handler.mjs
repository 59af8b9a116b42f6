// The job of `functions/status-update` in Node, as one writes it for Lambda: the AWS SDK v3, one client made while the function
// starts, bundled by esbuild. Same reads, same transaction, same rows and same answers; ids and times are its own.

import { createHash, randomBytes } from "node:crypto";
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

const { CORE_TABLE: CORE, OUTBOX_TABLE: OUTBOX, DEDUPE_TABLE: DEDUPE } = process.env;
const STATUSES = { thriving: 30, healthy: 90, steady: 90, struggling: 30 }; // and how many days each is good for
const ROLES = ["viewer", "csm", "admin"];
const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
const DAY_MS = 86_400_000;
const ATTEMPTS = 8;

const dynamodb = new DynamoDBClient({});

class Refused extends Error {
  constructor(status, kind, title, detail, errors) {
    super(title);
    const problem = { type: `urn:keepwell:problem:${kind}`, title, status, detail, ...(errors && { errors }) };
    this.answer = answer(status, JSON.stringify(problem), undefined, "application/problem+json");
  }
}

function answer(statusCode, body, etag, type = "application/json") {
  const headers = { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (etag) headers.etag = etag;
  return { statusCode, headers, body, isBase64Encoded: false };
}

export async function handler(event) {
  try {
    return await route(event);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}

async function route(event) {
  const match = /^\/v1\/customers\/([^/]+)\/status$/.exec(event.rawPath);
  if (!match) throw new Refused(404, "not-found", "Not found", "There is nothing at this path.");
  if (event.requestContext.http.method !== "PUT") {
    throw new Refused(405, "method-not-allowed", "The path has no such method", "See the API reference.");
  }
  const who = identity(event);
  let body;
  try {
    body = JSON.parse(event.body ?? "");
  } catch (error) {
    throw new Refused(400, "malformed", "The request cannot be read", `The body is not valid JSON: ${error.message}.`);
  }
  return putStatus(match[1], who, event.headers, body, parse(body));
}

function identity(event) {
  const claims = event.requestContext.authorizer?.jwt?.claims ?? {};
  const email = claims.email ?? (claims.token_use === "access" ? claims.username : undefined);
  const groups = (claims.groups ?? claims["cognito:groups"] ?? "").split(/[\s[\],"]+/);
  const role = Math.max(...groups.map((group) => ROLES.indexOf(group)));
  if (!email || role < 0) throw new Refused(401, "unauthenticated", "Sign in first", "Send a valid token.");
  if (role < ROLES.indexOf("csm")) {
    throw new Refused(403, "forbidden", "Your role does not allow this", "This needs the role csm.");
  }
  return email;
}

// Status and reason, or every problem of the body with its place.
function parse(body) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalid([{ pointer: "", detail: "must be a JSON object" }]);
  }
  const problems = [];
  const wrong = (name, detail) => problems.push({ pointer: `/${name}`, detail });
  const { status } = body;
  let { reason } = body;
  if (status === undefined || status === null) wrong("status", "is required");
  else if (typeof status !== "string" || !Object.hasOwn(STATUSES, status)) {
    wrong("status", `must be one of ${Object.keys(STATUSES).join(", ")}`);
  }
  if (reason === undefined || reason === null) wrong("reason", "is required");
  else if (typeof reason !== "string") wrong("reason", "must be a text");
  else {
    reason = reason.trim();
    if (reason === "") wrong("reason", "must not be empty");
    else if ([...reason].length > 2000) wrong("reason", "must have at most 2000 characters");
    else if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(reason)) wrong("reason", "must not contain control characters");
  }
  for (const name of Object.keys(body)) {
    if (name !== "status" && name !== "reason") wrong(name, "is not a known field");
  }
  if (problems.length > 0) throw invalid(problems);
  return { status, reason };
}

function invalid(problems) {
  const detail = problems.length === 1 ? "1 field is not valid; see errors." : `${problems.length} fields are not valid; see errors.`;
  return new Refused(422, "invalid-fields", "Some fields are not valid", detail, problems);
}

async function putStatus(customer, who, headers, body, wanted) {
  const key = headers["idempotency-key"];
  const scope = `${who.toLowerCase()}\nPUT /v1/customers/${customer}/status\n${key}`;
  const idempotency = key === undefined ? undefined : { pk: `IK#${shortHash(scope)}`, fingerprint: shortHash(sorted(body)) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(customer, who, headers, idempotency, wanted);
    } catch (error) {
      if (error.name !== "TransactionCanceledException" || attempt === ATTEMPTS) throw error;
      await new Promise((resume) => setTimeout(resume, Math.random() * (5 << attempt)));
    }
  }
}

async function attemptOnce(customer, who, headers, idempotency, { status, reason }) {
  const now = new Date();
  if (idempotency) {
    const known = (await get(DEDUPE, idempotency.pk, "A"))?.body.M;
    if (known && known.expires_at.S > now.toISOString()) {
      if (known.fingerprint.S !== idempotency.fingerprint) {
        throw new Refused(422, "idempotency-key-reused", "The Idempotency-Key was used with another body", "Use a fresh key.");
      }
      return answer(Number(known.status.N), known.body.S, known.etag.S);
    }
  }
  const item = await get(CORE, `C#${customer}`, "ROW");
  if (!item) throw new Refused(404, "not-found", "Not found", `There is no customer "${customer}".`);
  const row = item.body.M;
  const version = Number(row.version.N);
  const ifMatch = headers["if-match"];
  if (ifMatch === undefined) {
    throw new Refused(428, "if-match-required", "If-Match is required", "Read it first and send its ETag as `If-Match`.");
  }
  if (!ifMatch.split(",").some((tag) => [`"${version}"`, "*"].includes(tag.trim()))) {
    throw new Refused(412, "changed-meanwhile", "It changed meanwhile", "Read it again.");
  }

  const before = row.status.M;
  const writes = [];
  let event = { type: "health_status.changed.v1", data: { from: before?.status.S ?? null, to: status } };
  if (before?.status.S === status) {
    if (now.getTime() < Date.parse(before.set_at.S) + STATUSES[status] * DAY_MS) {
      const reply = describe(customer, status, before.reason.S, before.set_by.S, before.set_at.S);
      return finish(writes, idempotency, reply, version, now);
    }
    event = { type: "customer.changed.v1", data: {} };
  }

  const at = now.toISOString();
  const next = version + 1;
  const number = Number(row.event_seq.N) + 1;
  const change = { by: who, at, from: before?.status.S ?? null, to: status, reason };
  writes.push(put(CORE, `C#${customer}`, `ST#${at}#${String(next).padStart(10, "0")}`, change, { absent: true }));
  const entry = { at, kind: "status", record: String(next), title: title(change), detail: reason };
  writes.push(put(CORE, `C#${customer}`, `TL#${at}#status#${next}`, entry));
  row.status = { M: marshall({ status, reason, set_by: who, set_at: at }) };
  row.updated_at = { S: at };
  row.version = { N: String(next) };
  row.event_seq = { N: String(number) };
  const fact = {
    event_id: `evt_${ulid(now)}`,
    customer_id: customer,
    aggregate_version: number,
    occurred_at: at,
    correlation_id: `cor_${ulid(now)}`,
    hop: 0,
    ...event,
  };
  const shard = String(createHash("sha256").update(customer).digest()[0] % 4).padStart(2, "0");
  const pending = { pending_shard: { S: `PENDING#${shard}` }, pending_at: { S: `${at}#${fact.event_id}` } };
  writes.push(put(OUTBOX, `O#${customer}`, String(number).padStart(12, "0"), fact, { absent: true, more: pending }));
  const { revision } = item;
  writes.push({
    Put: {
      TableName: CORE,
      // The index of the portfolio is ordered by the minute of the last write.
      Item: { ...item, revision: { N: String(Number(revision.N) + 1) }, portfolio_sk: { S: `${at.slice(0, 16)}#${customer}` } },
      ConditionExpression: "revision = :revision",
      ExpressionAttributeValues: { ":revision": revision },
    },
  });
  return finish(writes, idempotency, describe(customer, status, reason, who, at), next, now);
}

async function get(table, pk, sk) {
  const key = { pk: { S: pk }, sk: { S: sk } };
  return (await dynamodb.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
}

// Commits, the answer with it, and answers.
async function finish(writes, idempotency, reply, version, now) {
  const body = JSON.stringify(reply);
  const etag = `"${version}"`;
  if (idempotency) {
    const expiresAt = new Date(now.getTime() + 2 * DAY_MS);
    const kept = { fingerprint: idempotency.fingerprint, status: 200, body, etag, expires_at: expiresAt.toISOString() };
    const ttl = { N: seconds(expiresAt) };
    // By this the answer is found when the customer is erased.
    const pointer = { pk: { S: `C#${reply.customer}` }, sk: { S: idempotency.pk }, body: { NULL: true }, revision: { N: "1" }, ttl };
    writes.push({ Put: { TableName: CORE, Item: pointer } });
    const write = put(DEDUPE, idempotency.pk, "A", kept, { more: { ttl } });
    write.Put.ConditionExpression = "attribute_not_exists(pk) OR #ttl <= :now";
    write.Put.ExpressionAttributeNames = { "#ttl": "ttl" };
    write.Put.ExpressionAttributeValues = { ":now": { N: seconds(now) } };
    writes.push(write);
  }
  if (writes.length > 0) await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: writes }));
  return answer(200, body, etag);
}

function put(table, pk, sk, body, { absent = false, more = {} } = {}) {
  const item = { pk: { S: pk }, sk: { S: sk }, body: { M: marshall(body) }, revision: { N: "1" }, ...more };
  const write = { TableName: table, Item: item };
  if (absent) write.ConditionExpression = "attribute_not_exists(pk)";
  return { Put: write };
}

function describe(customer, status, reason, setBy, setAt) {
  const staleFrom = new Date(Date.parse(setAt) + STATUSES[status] * DAY_MS).toISOString();
  return { customer, status, reason, set_by: setBy, set_at: setAt, stale_from: staleFrom };
}

function title({ from, to }) {
  const word = (status) => status[0].toUpperCase() + status.slice(1);
  if (from === null) return `Health Status ${word(to)}`;
  return from === to ? `Health Status ${word(to)} confirmed` : `Health Status ${word(from)} → ${word(to)}`;
}

// JSON with the members in order, so that theirs in the request does not matter.
function sorted(value) {
  return JSON.stringify(value, Object.keys(value).sort());
}

function seconds(at) {
  return String(Math.floor(at.getTime() / 1000));
}

function shortHash(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function ulid(now) {
  let number = (BigInt(now.getTime()) << 80n) | BigInt(`0x${randomBytes(10).toString("hex")}`);
  let text = "";
  for (let place = 0; place < 26; place += 1, number >>= 5n) text = CROCKFORD[Number(number & 31n)] + text;
  return text;
}
