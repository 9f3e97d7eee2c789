import { coordinatorError } from '../coordinator-errors.ts';
import type { CoordinatorConfig } from './coordinator-config.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';

/**
 * Where the control listener may listen: without TLS only where nobody else can reach it.
 *
 * @throws CONTROL_NOT_LOOPBACK, LISTEN_ADDRESS
 */
export function controlListener(control: CoordinatorConfig['control']): ListenAddress {
  const address = parseListenAddress(control.listen, 'control.listen');
  if (control.tls !== 'off' || isLoopback(address.host)) return address;
  throw coordinatorError(
    'CONTROL_NOT_LOOPBACK',
    `control.listen: expected a loopback address with control.tls = "off", got '${control.listen}'`,
    { hint: 'Listen on 127.0.0.1, or leave control.tls at "auto".' },
  );
}
