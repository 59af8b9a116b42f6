// What can be imported, and which columns of a file are which of ours. The API decides what a cell may hold; a story holds this list
// against what it knows.

export const KINDS = [
  'customers',
  'contacts',
  'usage',
  'tickets',
  'surveys',
  'interactions',
  'goals',
  'outcomes',
  'messages',
  'opportunities',
  'custom-measures',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Column {
  name: string;
  hint: string;
  /** A row without it is refused. */
  needed?: boolean;
  /** What other systems call it; letters and digits alone. */
  also?: string[];
}

export interface KindOf {
  label: string;
  row: string;
  columns: Column[];
}

const at = (name: string, hint: string, also: string[] = []): Column => ({ name, hint, needed: true, also });
const may = (name: string, hint: string, also: string[] = []): Column => ({ name, hint, also });

const CUSTOMER = at('customer', "The customer's id", [
  'customerid',
  'account',
  'accountid',
  'company',
  'companyid',
  'organizationid',
  'groupid',
]);
const CONTACT = may('contact', "The contact's id", ['contactid', 'user', 'userid', 'respondent', 'person']);
const id = (one: string) =>
  at('id', `Your id of the ${one}: sent again it replaces what was there`, [`${one}id`, 'externalid', 'key', 'uuid', 'number']);
const TIME = 'a date (2026-11-30) or a time (2026-11-30T09:00:00Z)';

export const KIND: Record<Kind, KindOf> = {
  customers: {
    label: 'Customers',
    row: 'one company a row',
    columns: [
      at('id', 'Your own id, 1 to 64 of A-Z a-z 0-9 _ . : -', [
        'customerid',
        'accountid',
        'companyid',
        'externalid',
        'account',
        'key',
      ]),
      at('name', "The company's name", ['customer', 'company', 'companyname', 'accountname', 'customername', 'organization']),
      may('owner', 'E-mail address of the CSM who looks after it', [
        'owneremail',
        'csm',
        'csmemail',
        'accountmanager',
        'accountowner',
      ]),
      // A column "ARR" is mostly in whole units, not in hundredths: guessing it would be wrong a hundredfold.
      may('arr_cents', 'Yearly recurring revenue in hundredths: 1,200.00 is 120000', ['arrincents']),
      may('currency', 'ISO 4217 code such as EUR; USD when empty', ['currencycode']),
      may('seats', 'Seats paid for', ['licenses', 'licences', 'seatspaid', 'quantity']),
      may('renewal_on', 'Next renewal, as 2027-01-31', ['renewal', 'renewaldate', 'contractend', 'contractenddate', 'renewson']),
      may('customer_since', 'First day as a customer, as 2024-06-30', ['signupdate', 'signedup', 'startdate', 'since']),
      may('plan', 'Such as Enterprise', ['plantier', 'tier', 'subscription', 'product', 'planname']),
      may('industry', 'Industry', ['sector', 'vertical']),
      may('country', 'Country', ['countrycode', 'region']),
      may('size', 'Size class, such as Mid', ['companysize', 'segment']),
      may('stage', 'Lifecycle stage, such as onboarding', ['lifecycle', 'lifecyclestage', 'phase']),
      may('tags', 'Separated by ;', ['labels']),
      may('attributes', 'A JSON object of texts, numbers and booleans', ['traits', 'custom', 'properties']),
      may('request_feedback', 'true: its contacts are asked how happy they are', ['askforfeedback', 'feedback']),
      may('feedback_interval_days', '7 to 365 days between two requests', ['feedbackinterval']),
      may('automations_paused', 'true: no automation acts for it', []),
    ],
  },
  contacts: {
    label: 'Contacts',
    row: 'one person a row',
    columns: [
      id('contact'),
      CUSTOMER,
      at('name', 'Full name', ['fullname', 'contactname', 'displayname']),
      at('email', 'E-mail address', ['emailaddress', 'mailaddress', 'workemail']),
      may('role', 'decision_maker, champion, user or other', ['contactrole', 'persona']),
      may('time_zone', 'Such as Europe/Berlin', ['timezone', 'tz']),
      may('locale', 'Such as en-GB', ['language', 'lang']),
      may('mail', 'ok, unsubscribed, bounced or complained', ['mailstate', 'emailstatus', 'consent']),
    ],
  },
  usage: {
    label: 'Usage',
    row: 'one event a row',
    columns: [
      id('event'),
      CUSTOMER,
      at('at', TIME, ['timestamp', 'time', 'date', 'occurredat', 'eventtime', 'usagedate', 'createdat']),
      may('user', 'Who, by your id', ['userid', 'personid', 'anonymousid']),
      may('feature', 'What was used', ['event', 'eventname', 'featurename', 'action']),
      may('count', 'How often; 1 when empty', ['usagecount', 'events', 'times']),
      may('duration_secs', 'How long, in seconds', ['duration', 'durationseconds', 'usagedurationsecs', 'seconds']),
    ],
  },
  tickets: {
    label: 'Tickets',
    row: 'one ticket a row',
    columns: [
      id('ticket'),
      CUSTOMER,
      may('severity', 'low, normal, high or critical', ['priority', 'urgency']),
      at('opened_at', TIME, ['opened', 'createdat', 'created', 'submittedat', 'createddate']),
      may('first_response_at', TIME, ['firstresponse', 'firstreplyat', 'firstansweredat']),
      may('closed_at', `${TIME}; open when empty`, ['closed', 'resolvedat', 'solvedat', 'resolved']),
      may('escalated', 'true or false', ['escalation', 'escalationflag', 'isescalated']),
      may('subject', 'Subject line', ['title', 'summary']),
      may('text', 'What the customer wrote', ['description', 'body', 'comment']),
    ],
  },
  surveys: {
    label: 'Survey answers',
    row: 'one answer a row',
    columns: [
      id('survey'),
      CUSTOMER,
      CONTACT,
      at('kind', 'nps, csat, ces or custom', ['type', 'surveytype', 'survey']),
      may('scale_min', 'Worst answer of the scale', ['min', 'lowest']),
      may('scale_max', 'Best answer of the scale', ['max', 'highest']),
      at('value', 'The answer, a number', ['score', 'answer', 'rating', 'npsscore']),
      may('comment', 'What they wrote', ['feedback', 'text', 'verbatim', 'reason']),
      at('at', TIME, ['answeredat', 'date', 'timestamp', 'submittedat', 'createdat']),
    ],
  },
  interactions: {
    label: 'Interactions',
    row: 'one meeting, call, mail or note a row',
    columns: [
      id('interaction'),
      CUSTOMER,
      CONTACT,
      at('kind', 'meeting, call, email, note or other', ['type', 'activitytype', 'channel']),
      at('at', TIME, ['date', 'timestamp', 'startedat', 'starttime', 'createdat']),
      may('quality', '1 to 5', ['rating']),
      may('outcome', '1 to 5', ['result']),
      may('participants', 'Separated by ;', ['attendees', 'guests']),
      may('notes', 'What was said', ['description', 'body', 'text', 'summary']),
      may('by', 'E-mail address of who of the team it was', ['author', 'owner', 'csm', 'createdby', 'organizer']),
    ],
  },
  goals: {
    label: 'Goals',
    row: 'one goal a row',
    columns: [
      id('goal'),
      CUSTOMER,
      at('name', 'What', ['goal', 'title', 'objective']),
      at('target', 'The number to reach, not 0', ['targetvalue']),
      may('actual', 'The number reached so far', ['current', 'progress', 'currentvalue']),
      at('due_on', 'As 2027-01-31', ['due', 'duedate', 'deadline', 'targetdate']),
      may('milestones', 'A JSON list of name, due_on, done_on', []),
    ],
  },
  outcomes: {
    label: 'Outcomes',
    row: 'one churn or renewal a row',
    columns: [
      id('outcome'),
      CUSTOMER,
      at('kind', 'churned or renewed', ['type', 'outcome', 'result']),
      at('on', 'As 2026-11-30', ['date', 'churndate', 'at', 'happenedon']),
      may('reason', 'Why', ['reasoncode', 'churnreason', 'note']),
    ],
  },
  messages: {
    label: 'Messages',
    row: 'one written message a row',
    columns: [
      id('message'),
      CUSTOMER,
      CONTACT,
      at('at', TIME, ['sentat', 'date', 'timestamp', 'createdat']),
      at('text', 'What they wrote', ['body', 'message', 'content']),
    ],
  },
  opportunities: {
    label: 'Opportunities',
    row: 'one renewal or expansion a row',
    columns: [
      id('opportunity'),
      CUSTOMER,
      at('kind', 'renewal or expansion', ['type', 'opportunitytype']),
      at('amount_cents', 'Value a year in hundredths', ['amountincents']),
      may('likelihood', 'How likely it is won, in per cent', ['probability']),
      may('stage', 'In your own words', ['stagename', 'status']),
      at('closes_on', 'As 2027-01-31', ['closedate', 'closeson', 'expectedclose']),
      may('outcome', 'won or lost; open when empty', ['result']),
    ],
  },
  'custom-measures': {
    label: 'Custom measures',
    row: 'one value a row',
    columns: [
      CUSTOMER,
      at('name', 'custom.<name> in rules', ['measure', 'metric', 'key']),
      at('value', 'A number, true, false or a word', ['amount', 'number']),
      at('observed_at', TIME, ['at', 'date', 'timestamp', 'time']),
    ],
  },
};

/** For each of our columns the position of the file's column that holds it. */
export type Picks = Record<string, number>;

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Which column is which, by their names: our own first, then what others call it. No column is taken twice. */
export function guess(kind: Kind, header: readonly string[]): Picks {
  const picks: Picks = {};
  const taken = new Set<number>();
  const names = header.map(plain);
  const take = (column: Column, wanted: (name: string) => boolean) => {
    if (column.name in picks) return;
    const found = names.findIndex((name, index) => name !== '' && !taken.has(index) && wanted(name));
    if (found < 0) return;
    picks[column.name] = found;
    taken.add(found);
  };
  const { columns } = KIND[kind];
  for (const column of columns) take(column, (name) => name === plain(column.name));
  for (const column of columns) for (const also of column.also ?? []) take(column, (name) => name === also);
  return picks;
}

/** Our columns that a row needs and no column was picked for. */
export function missing(kind: Kind, picks: Picks): string[] {
  return KIND[kind].columns.filter((column) => column.needed && !(column.name in picks)).map((column) => column.name);
}

/** Columns of the file that nothing was picked from. */
export function unused(header: readonly string[], picks: Picks): string[] {
  const used = new Set(Object.values(picks));
  return header.filter((_name, index) => !used.has(index));
}

/**
 * The header to send and the API's `mapping`. The file's own names are kept; one is changed where a name cannot be said in a mapping,
 * or would be taken for a column that was not picked.
 */
export function headerFor(kind: Kind, header: readonly string[], picks: Picks): { header: string[]; mapping: string } {
  const known = new Set(KIND[kind].columns.map((column) => column.name));
  const ours = new Map(Object.entries(picks).map(([name, index]) => [index, name]));
  const times = new Map<string, number>();
  for (const name of header) times.set(name, (times.get(name) ?? 0) + 1);
  const mapping: string[] = [];
  const sent = header.map((name, index) => {
    const column = ours.get(index);
    const clashes = known.has(name) || (times.get(name) ?? 0) > 1;
    if (column === undefined) return clashes ? `${name} (column ${index + 1}, left out)` : name;
    if (name === column && (times.get(name) ?? 0) === 1) return name;
    if (name === '' || name.includes(',') || clashes) return column;
    mapping.push(`${column}:${name}`);
    return name;
  });
  return { header: sent, mapping: mapping.join(',') };
}
