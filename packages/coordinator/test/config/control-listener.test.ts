import { expect, test } from 'vitest';
import { controlListener } from '../../src/config/control-listener.ts';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';

const control = (overrides: Record<string, unknown>) => coordinatorConfig.parse({ control: overrides }).control;

test('listens on loopback with or without TLS', () => {
  const expected = { host: '127.0.0.1', port: 8443 };
  expect(controlListener(control({}))).toEqual(expected);
  expect(controlListener(control({ tls: 'off' }))).toEqual(expected);
});

test.each(['auto', 'files'])('listens everywhere with TLS (%s)', (tls) => {
  expect(controlListener(control({ tls, listen: '0.0.0.0:8443' }))).toEqual({ host: '0.0.0.0', port: 8443 });
});

test.each(['0.0.0.0:8443', '[::]:8443', '192.168.1.2:8443'])('refuses to listen on %s without TLS', (listen) => {
  expect(() => controlListener(control({ tls: 'off', listen }))).toThrow(
    expect.objectContaining({ code: 'CONTROL_NOT_LOOPBACK', message: expect.stringContaining('control.tls') }),
  );
});
