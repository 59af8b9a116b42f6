import { expect, test } from 'vitest';
import { personOf } from '../../src/lib/token';

const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

test('the person is read from the token: address, and the highest known role', () => {
  expect(personOf(token({ email: 'zoë@keepwell.example', groups: ['csm', 'viewer', 'staff'] }))).toEqual({
    email: 'zoë@keepwell.example',
    role: 'csm',
  });
  expect(personOf(token({ email: 'a@b.example', 'cognito:groups': ['admin'] }))).toEqual({ email: 'a@b.example', role: 'admin' });
  expect(personOf(token({ email: 'a@b.example' }))).toEqual({ email: 'a@b.example', role: 'viewer' });
});

test('what is no token of a person is nobody', () => {
  for (const text of ['', 'a.b.c', token({ sub: 'machine' }), token([])]) expect(personOf(text)).toBeNull();
});
