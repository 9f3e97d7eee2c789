import { expect, test } from 'vitest';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';
import { publicAddresses } from '../../src/config/public-addresses.ts';

const of = (settings: object) =>
  publicAddresses(coordinatorConfig.parse(settings), { hostName: 'binhost', isTls: true });

test('what the settings say is taken', () => {
  const control = { url: 'wss://proxy.example/binhost' };
  expect(of({ control, packages: { url: 'http://files.example:8080/' } })).toEqual({
    control: 'wss://proxy.example/binhost',
    packages: 'http://files.example:8080',
    guessed: [],
    isLoopbackOnly: false,
  });
});

test('one address tells the host of the other', () => {
  const control = { listen: '0.0.0.0:8443' };
  expect(of({ control, packages: { url: 'http://10.0.0.1:8080' } }).control).toBe('wss://10.0.0.1:8443');
  expect(of({ control: { ...control, url: 'wss://[2001:db8::1]:8443' } })).toMatchObject({
    packages: 'http://[2001:db8::1]:8080',
    guessed: ['packages.url'],
  });
});

test("without any, this machine's name is guessed, and loopback stays loopback", () => {
  expect(of({ control: { listen: '0.0.0.0:8443' } })).toEqual({
    control: 'wss://binhost:8443',
    packages: 'http://binhost:8080',
    guessed: ['control.url', 'packages.url'],
    isLoopbackOnly: false,
  });
  expect(of({ control: { listen: '127.0.0.1:9' } }).control).toBe('wss://127.0.0.1:9');
});

test.each([
  [{ listen: '127.0.0.1:8443' }, true],
  [{ listen: '127.0.0.1:8443', url: 'wss://proxy.example' }, false],
  [{ listen: '0.0.0.0:8443' }, false],
])('with %j only this machine can reach it: %j', (control, expected) => {
  expect(of({ control }).isLoopbackOnly).toBe(expected);
});
