import { expect, test } from 'vitest';
import { controlListener } from '../../src/config/control-listener.ts';
import { coordinatorConfig } from '../../src/config/coordinator-config.ts';

const control = (overrides: Record<string, unknown>) =>
  controlListener(coordinatorConfig.parse({ control: overrides }).control);

test('on loopback needs neither secret nor permission', () => {
  expect(control({})).toEqual({ host: '127.0.0.1', port: 8443 });
});

test.each([
  [{}, ['control.secret', 'control.insecure']],
  [{ secret: 'x' }, ['control.insecure']],
  [{ insecure: true }, ['control.secret']],
])('beyond loopback with %j is refused, naming what is missing', (given, missing) => {
  for (const key of missing) {
    expect(() => control({ listen: '0.0.0.0:8443', ...given })).toThrow(
      expect.objectContaining({ code: 'CONTROL_NOT_LOOPBACK', message: expect.stringContaining(key) }),
    );
  }
});

test('beyond loopback is taken with both', () => {
  const given = { listen: '0.0.0.0:8443', secret: 'x', insecure: true };
  expect(control(given)).toEqual({ host: '0.0.0.0', port: 8443 });
});
