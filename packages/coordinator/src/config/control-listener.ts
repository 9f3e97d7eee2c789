import { coordinatorError } from '../coordinator-errors.ts';
import type { CoordinatorConfig } from './coordinator-config.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';

/**
 * Where the control listener may listen. It speaks without TLS, so beyond loopback it needs both a shared secret and the
 * owner's word that this is meant.
 *
 * @throws CONTROL_NOT_LOOPBACK, LISTEN_ADDRESS
 */
export function controlListener(control: CoordinatorConfig['control']): ListenAddress {
  const address = parseListenAddress(control.listen, 'control.listen');
  if (isLoopback(address.host)) return address;
  const missing = [
    ...(control.secret === '' ? ['control.secret (or control.secretFile)'] : []),
    ...(control.insecure ? [] : ['control.insecure = true']),
  ];
  if (missing.length === 0) return address;
  throw coordinatorError(
    'CONTROL_NOT_LOOPBACK',
    `control.listen: expected a loopback address without ${missing.join(' and ')}, got '${control.listen}'`,
    { hint: `Listen on 127.0.0.1, or set ${missing.join(' and ')}: the listener speaks without TLS.` },
  );
}
