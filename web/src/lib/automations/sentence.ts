// An automation in words: "When Health Status becomes Struggling, make an urgent task for the owner and mail the owner."
import { number } from '../format';
import { person } from '../people';
import type { ActionForm, Form, Node, Test } from './form';
import { ASSIGNEES, type Choice, FIELDS, fieldSpec, GROUPS, MAIL_TO, type MeasureKind, TRIGGERS } from './kinds';

/** A piece of the sentence; what the automation is about stands out. */
export interface Piece {
  text: string;
  strong: boolean;
}

type Fields = Record<string, unknown>;

const labelOf = (choices: readonly Choice[] | undefined, value: unknown) =>
  choices?.find((choice) => choice.value === value)?.label ?? String(value ?? '');

/** "a, b and c". */
export function series(items: string[], word = 'and'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function count(value: unknown, one: string, many = `${one}s`): string {
  if (typeof value !== 'number') return `… ${many}`;
  return `${number(value, 2)} ${value === 1 ? one : many}`;
}

/** What it waits for, without the "when". */
export function triggerWords(kind: string, fields: Fields): string {
  const chosen = (name: string) => {
    const part = TRIGGERS[kind]?.parts.find((one) => one.name === name);
    return series(
      list(fields[name]).map((value) => labelOf(part?.is === 'words' ? part.words : undefined, value)),
      'or',
    );
  };
  const moved = (what: string) => {
    const [from, to] = [chosen('from'), chosen('to')];
    if (from && to) return `${what} goes from ${from} to ${to}`;
    if (from) return `${what} is no longer ${from}`;
    return to ? `${what} becomes ${to}` : `${what} changes`;
  };
  const ticket = (what: string) => {
    const severity = chosen('severity');
    return severity ? `a ${severity} ticket is ${what}` : `a ticket is ${what}`;
  };
  switch (kind) {
    case 'health_status_changed':
      return moved('Health Status');
    case 'band_changed':
      return moved('the score’s band');
    case 'insight_changed':
      return moved('the Insight');
    case 'score_fell':
      return `the Health Score falls by ${count(fields.points, 'point')} within ${count(fields.days, 'day')}`;
    case 'feedback_answered':
      return `a contact answers ${chosen('rating') || '…'}`;
    case 'ticket_opened':
      return ticket('opened');
    case 'ticket_escalated':
      return ticket('escalated');
    case 'renewal_in':
      return `the renewal is ${count(fields.days, 'day')} away`;
    case 'no_contact_for':
      return `nobody met the customer for ${count(fields.days, 'day')}`;
    case 'milestone_overdue':
      return `a milestone is ${count(fields.days, 'day')} late`;
    default:
      return TRIGGERS[kind]?.label ?? kind.replaceAll('_', ' ');
  }
}

/** A condition as what is said of the customer. */
export function conditionWords(node: Node, measures: readonly MeasureKind[] = []): string {
  if (node.group === null) return testWords(node, false, measures);
  const items = node.items.map((item) => {
    const words = conditionWords(item, measures);
    return item.group !== null && item.items.length > 1 ? `(${words})` : words;
  });
  if (node.group === 'none') {
    const [only] = node.items;
    if (node.items.length === 1 && only?.group === null) return testWords(only, true, measures);
    return `neither ${items.join(' nor ')}`;
  }
  return series(items, GROUPS[node.group]?.word);
}

function testWords({ field, test, value }: Test, negated: boolean, measures: readonly MeasureKind[]): string {
  const spec = fieldSpec(field, measures);
  const name = spec.name ? `${spec.label} ${spec.name.replaceAll('_', ' ')}` : spec.label;
  const not = negated ? ' not' : '';
  if (test === 'known') return `${name} is${(value === false) === negated ? '' : ' not'} known`;
  if (test === 'in') {
    const values = list(value);
    if (spec.kind === 'boolean' && values.length === 1 && spec.yes)
      return (values[0] === true) === negated ? (spec.no ?? '') : spec.yes;
    const said = series(
      values.map((one) => (field === 'owner' ? person(String(one)) : labelOf(spec.words, one))),
      'or',
    );
    const verb = field === 'tags' || field === 'contact_roles' ? (negated ? 'do not include' : 'include') : `is${not}`;
    return `${name} ${verb} ${said || '…'}`;
  }
  const bound = typeof value === 'number' ? number(value / (spec.scale ?? 1), 2) : '…';
  const unit = spec.unit === '%' ? ' %' : spec.unit === 'points' ? ' points' : '';
  const words: Record<string, string> = { at_least: 'at least', more_than: 'above', at_most: 'at most', less_than: 'below' };
  return `${name} is${not} ${words[test] ?? test.replaceAll('_', ' ')} ${bound}${unit}`;
}

/** Whom a mail goes to, as one word of the list of choices. */
export function mailTo(to: unknown): string {
  if (typeof to === 'object' && to !== null && 'role' in to) return `role:${String(to.role)}`;
  return String(to ?? '');
}

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a');

function assignee(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'person' in value) return person(String(value.person)) || '…';
  return labelOf(ASSIGNEES, value ?? 'owner');
}

/** What an action does, as a command. */
export function actionWords(
  { kind, fields, still }: Pick<ActionForm, 'kind' | 'fields' | 'still'>,
  measures: readonly MeasureKind[] = [],
): string {
  const quoted = (value: unknown) => (value ? `“${String(value)}”` : '…');
  switch (kind) {
    case 'mail':
      return `mail ${labelOf(MAIL_TO, mailTo(fields.to))}`;
    case 'task': {
      const priority = String(fields.priority ?? '');
      const word = priority === 'normal' || !priority ? 'a task' : `${article(priority)} ${priority} task`;
      return `make ${word} for ${assignee(fields.assignee)}`;
    }
    case 'webhook':
      return `call the webhook ${fields.endpoint || '…'}`;
    case 'slack':
      return `write to Slack (${fields.endpoint || '…'})`;
    case 'set_attribute':
      return fields.value === null
        ? `take the attribute ${fields.name || '…'} away`
        : `set ${fields.name || '…'} to ${fields.value === '' ? '…' : String(fields.value)}`;
    case 'add_tag':
      return `add the tag ${quoted(fields.tag)}`;
    case 'remove_tag':
      return `remove the tag ${quoted(fields.tag)}`;
    case 'wait':
      return `wait ${count(fields.days, 'day')} and, if ${still ? `${conditionWords(still, measures)} then` : 'everything still holds'},`;
    default:
      return kind.replaceAll('_', ' ');
  }
}

/** The whole sentence. */
export function sentence(form: Form, measures: readonly MeasureKind[] = []): Piece[] {
  const pieces: Piece[] = [];
  const say = (text: string, strong = false) => pieces.push({ text, strong });
  say('When ');
  say(triggerWords(form.trigger.kind, form.trigger.fields), true);
  if (form.conditions && (form.conditions.group === null || form.conditions.items.length > 0)) {
    say(' and ');
    say(conditionWords(form.conditions, measures), true);
  }
  say(', ');
  form.actions.forEach((action, index) => {
    if (index > 0) say(joint(form.actions, index));
    say(actionWords(action, measures), true);
  });
  if (form.actions.length === 0) say('do nothing yet');
  if (form.cool_down) {
    const { times, days } = form.cool_down;
    const often = times === 1 ? 'once' : times === 2 ? 'twice' : count(times, 'time');
    say(`. At most ${often} in ${count(days, 'day')} per customer`);
  }
  say('.');
  return pieces;
}

/** What stands before an action: after a wait its own words go on. */
function joint(actions: ActionForm[], index: number): string {
  const [before, action] = [actions[index - 1], actions[index]];
  if (before?.kind === 'wait') return ' ';
  if (action?.kind === 'wait') return ', then ';
  const next = actions[index + 1];
  return next === undefined || next.kind === 'wait' ? ' and ' : ', ';
}

/** The same as plain text. */
export function plain(pieces: Piece[]): string {
  return pieces.map((piece) => piece.text).join('');
}

/** Where a problem lies, in words: `/actions/1/mail/text` is "Action 2, text". */
export function placeWords(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  const [head, index] = parts;
  const last = (parts.at(-1) ?? '').replaceAll('_', ' ');
  if (head === 'actions' && index !== undefined) return `Action ${Number(index) + 1}${parts.length > 2 ? `, ${last}` : ''}`;
  if (head === 'conditions') return `Conditions${parts.length > 1 && Number.isNaN(Number(last)) ? `, ${last}` : ''}`;
  if (head === 'trigger') return `When${parts.length > 2 ? `, ${last}` : ''}`;
  if (head === 'cool_down') return `At most${parts.length > 1 ? `, ${last}` : ''}`;
  const name = (head ?? '').replaceAll('_', ' ');
  return name ? name.charAt(0).toUpperCase() + name.slice(1) : 'The document';
}

/** The field names that a select offers, in groups. */
export function fieldGroups(): { label: string; options: Choice[] }[] {
  const groups = new Map<string, Choice[]>();
  for (const [value, { label, group }] of Object.entries(FIELDS)) {
    groups.set(group, [...(groups.get(group) ?? []), { value, label }]);
  }
  return [...groups].map(([label, options]) => ({ label, options }));
}
