// The words of an automation, its form and its document.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  emptyForm,
  fromScalar,
  newAction,
  newGroup,
  newTest,
  slug,
  startOf,
  switched,
  toDocument,
  toForm,
  toScalar,
} from '../../src/lib/automations/form';
import { ACTIONS, FIELDS, GROUPS, PREFIXES, TESTS, TRIGGERS } from '../../src/lib/automations/kinds';
import {
  actionWords,
  conditionWords,
  placeWords,
  plain,
  sentence,
  series,
  triggerWords,
} from '../../src/lib/automations/sentence';
import { parse, write } from '../../src/lib/yaml';

interface Schema {
  oneOf?: Schema[];
  anyOf?: Schema[];
  enum?: string[];
  const?: string;
  required?: string[];
  properties?: Record<string, Schema>;
}
const schema = JSON.parse(readFileSync(new URL('../../../docs/automation.schema.json', import.meta.url), 'utf8')) as {
  $defs: Record<string, Schema>;
};
const kindsOf = (name: string) => (schema.$defs[name]?.oneOf ?? []).map((one) => one.required?.[0] ?? '');

const DOCUMENTED = `# The example of docs/automations.md.
format: 1
id: enterprise-struggles
name: An Enterprise customer struggles
description: The manager hears of it at once, and again after a week if nothing changed.
on: true # for now
trigger: { health_status_changed: { to: [struggling] } }
conditions: { all: [{ field: plan, in: [Enterprise] }, { field: arr_cents, at_least: 5000000 }] }
cool_down: { times: 1, days: 14 }
actions:
  - mail: { subject: "{{ customer.name }} is struggling", text: "{{ event.reason }}", to: manager }
  - task: { title: "Call {{ customer.name }}", priority: urgent, due_in_working_days: 1, assignee: owner_or_manager }
  - wait: { days: 7, still: { field: status, in: [struggling] } }
  - slack: { endpoint: cs-channel, text: "{{ customer.name }} still struggles." }
`;

describe('the builder knows all that the schema knows', () => {
  it('every trigger, with every part', () => {
    expect(Object.keys(TRIGGERS).sort()).toEqual(kindsOf('Trigger').sort());
    for (const one of schema.$defs.Trigger?.oneOf ?? []) {
      const kind = one.required?.[0] ?? '';
      const parts = Object.keys(one.properties?.[kind]?.properties ?? {});
      expect(TRIGGERS[kind]?.parts.map((part) => part.name).sort(), kind).toEqual(parts.sort());
    }
  });
  it('every action', () => {
    expect(Object.keys(ACTIONS).sort()).toEqual(kindsOf('Action').sort());
  });
  it('every field of a condition, every test, every group', () => {
    const known = (schema.$defs.Field?.anyOf ?? []).flatMap((one) => one.enum ?? []);
    expect(known.length).toBeGreaterThan(20);
    expect(Object.keys(FIELDS).sort()).toEqual(known.sort());
    const pattern = JSON.stringify(schema.$defs.Field);
    for (const prefix of Object.keys(PREFIXES)) expect(pattern).toContain(prefix.slice(0, -1));
    const keys = (schema.$defs.Condition?.anyOf ?? []).flatMap((one) => Object.keys(one.properties ?? {}));
    expect([...Object.keys(GROUPS), ...Object.keys(TESTS)].sort()).toEqual(keys.filter((key) => key !== 'field').sort());
  });
  it('every word of a field and of a trigger', () => {
    const words = (name: string) => (schema.$defs[name]?.oneOf ?? []).map((one) => one.const);
    const of = (field: string) => FIELDS[field]?.words?.map((choice) => choice.value);
    expect(of('status')).toEqual(words('HealthStatus'));
    expect(of('happiness')).toEqual(words('HappinessLevel'));
    expect(of('insight')).toEqual(words('Insight'));
    expect(of('contact_roles')).toEqual(words('ContactRole'));
    const severity = TRIGGERS.ticket_opened?.parts[0];
    expect(severity?.is === 'words' && severity.words.map((choice) => choice.value)).toEqual(words('Severity'));
  });
});

describe('document and form', () => {
  const back = (document: unknown) => toDocument(toForm(document));

  it('gives back what it was made of', () => {
    const document = parse(DOCUMENTED);
    expect(back(document)).toEqual(document);
    expect(parse(write(back(document)))).toEqual(document);
  });
  it('keeps trees of conditions as they are', () => {
    const document = {
      ...(parse(DOCUMENTED) as object),
      conditions: {
        any: [
          { none: [{ field: 'churned', in: [true] }] },
          {
            all: [
              { field: 'measure.usage.active_days_28d', less_than: 3.5 },
              { field: 'attributes.tier', known: false },
            ],
          },
        ],
      },
      actions: [{ set_attribute: { name: 'tier', value: null } }, { wait: { days: 3 } }, { remove_tag: { tag: 'vip' } }],
    };
    expect(back(document)).toEqual(document);
    expect(back({ ...document, conditions: { field: 'score', at_most: 40 } })).toMatchObject({
      conditions: { field: 'score', at_most: 40 },
    });
  });
  it('leaves out what is empty, and keeps what is missing for the API to name', () => {
    const form = emptyForm();
    form.conditions = newGroup('all');
    form.trigger.fields = { from: [], to: [] };
    form.cool_down = { times: null, days: 7 };
    expect(toDocument(form)).toMatchObject({ trigger: { health_status_changed: {} }, cool_down: { times: null, days: 7 } });
    expect(toDocument(form)).not.toHaveProperty('conditions');
    form.trigger = { kind: 'insight_changed', fields: startOf('insight_changed') };
    expect(toDocument(form).trigger).toEqual({ insight_changed: { to: [] } });
  });
  it('says what is no automation', () => {
    expect(() => toForm(null)).toThrow('the document must have fields');
    expect(() => toForm({ trigger: {}, actions: [] })).toThrow('trigger must have one key');
    expect(() => toForm({ trigger: { renewal_in: { days: 3 } } })).toThrow('actions must be a list');
    expect(() => toForm({ trigger: { renewal_in: {} }, actions: ['mail'] })).toThrow('action 1 must have fields');
    expect(() => toForm({ trigger: { renewal_in: {} }, actions: [], conditions: { all: [{ field: 'plan' }] } })).toThrow(
      'a field and a test',
    );
  });
  it('keeps a kind that it does not know', () => {
    const document = {
      format: 1,
      id: 'x',
      name: 'X',
      on: true,
      trigger: { moon_is_full: { nights: 1 } },
      actions: [{ howl: { loud: true } }],
    };
    expect(back(document)).toEqual(document);
    expect(plain(sentence(toForm(document)))).toBe('When moon is full, howl.');
  });
  it('switches a text without touching the rest', () => {
    expect(switched(DOCUMENTED, false)).toBe(DOCUMENTED.replace('on: true # for now', 'on: false # for now'));
    expect(switched('{ format: 1, on: true }', false)).toBeNull();
    expect(switched('on: true\non: false', false)).toBeNull();
  });
  it('reads typed values, and types them again', () => {
    for (const value of ['gold', '12', 'true', '', 12, -1.5, true, '"quoted"']) expect(toScalar(fromScalar(value))).toBe(value);
    expect(toScalar(' false ')).toBe(false);
  });
  it('makes ids of names', () => {
    expect(slug('  Énterprise: struggles & más! ')).toBe('enterprise-struggles-mas');
    expect(slug(`${'x'.repeat(59)} yz`)).toBe('x'.repeat(59));
  });
});

describe('the sentence', () => {
  const said = (document: unknown) => plain(sentence(toForm(document)));
  const test = (field: string, name: string, value: unknown) => ({ ...newTest(), field, test: name, value });

  it('says the whole of it', () => {
    expect(said(parse(DOCUMENTED))).toBe(
      'When Health Status becomes Struggling and plan is Enterprise and ARR is at least 50,000, mail the manager and make an urgent task for the owner or else the manager, then wait 7 days and, if Health Status is Struggling then, write to Slack (cs-channel). At most once in 14 days per customer.',
    );
  });
  it('has words for every trigger', () => {
    for (const kind of Object.keys(TRIGGERS)) expect(triggerWords(kind, startOf(kind))).not.toMatch(/undefined|_/);
    expect(triggerWords('health_status_changed', { from: ['healthy'], to: ['steady', 'struggling'] })).toBe(
      'Health Status goes from Healthy to Steady or Struggling',
    );
    expect(triggerWords('health_status_changed', {})).toBe('Health Status changes');
    expect(triggerWords('score_fell', { points: 10, days: 1 })).toBe('the Health Score falls by 10 points within 1 day');
    expect(triggerWords('feedback_answered', { rating: ['not_happy'] })).toBe('a contact answers Not Happy');
    expect(triggerWords('ticket_opened', { severity: ['critical'] })).toBe('a critical ticket is opened');
  });
  it('has words for every action', () => {
    for (const kind of Object.keys(ACTIONS)) expect(actionWords(newAction(kind))).not.toMatch(/undefined|_/);
    expect(actionWords({ kind: 'set_attribute', fields: { name: 'tier', value: null }, still: null })).toBe(
      'take the attribute tier away',
    );
    expect(actionWords({ kind: 'mail', fields: { to: { role: 'decision_maker' } }, still: null })).toBe(
      'mail every decision maker',
    );
    expect(
      actionWords({ kind: 'task', fields: { priority: 'normal', assignee: { person: 'ana.ruiz@x.example' } }, still: null }),
    ).toBe('make a task for Ana Ruiz');
  });
  it('says conditions as a person would', () => {
    expect(conditionWords(test('churned', 'in', [true]))).toBe('has churned');
    expect(conditionWords(newGroup('none', [test('churned', 'in', [true])]))).toBe('has not churned');
    expect(conditionWords(newGroup('none', [test('plan', 'in', ['Free'])]))).toBe('plan is not Free');
    expect(conditionWords(newGroup('none', [test('tags', 'in', ['vip']), test('plan', 'in', ['Free'])]))).toBe(
      'neither tags include vip nor plan is Free',
    );
    expect(conditionWords(test('owner', 'known', false))).toBe('owner is not known');
    expect(conditionWords(newGroup('none', [test('owner', 'known', false)]))).toBe('owner is known');
    expect(conditionWords(test('coverage', 'less_than', 0.57))).toBe('data coverage is below 57 %');
    expect(conditionWords(test('score_change', 'at_most', -10))).toBe('score change in 7 days is at most −10 points');
    expect(
      conditionWords(
        newGroup('all', [test('score', 'at_most', 40), newGroup('any', [test('plan', 'in', ['A']), test('plan', 'in', ['B'])])]),
      ),
    ).toBe('Health Score is at most 40 and (plan is A or plan is B)');
    expect(conditionWords(test('measure.goals.on_track', 'in', [true]), [{ id: 'goals.on_track', kind: 'boolean' }])).toBe(
      'measure goals.on track is true',
    );
  });
  it('names places', () => {
    expect(placeWords('/actions/1/mail/text')).toBe('Action 2, text');
    expect(placeWords('/conditions/all/0/in')).toBe('Conditions, in');
    expect(placeWords('/trigger/renewal_in/days')).toBe('When, days');
    expect(placeWords('/name')).toBe('Name');
    expect(series(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
