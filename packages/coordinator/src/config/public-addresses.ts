import type { CoordinatorConfig } from './coordinator-config.ts';
import { addressText, isLoopback, parseListenAddress } from './listen-address.ts';

/** How nodes reach the two listeners, and what was only guessed of it. */
export interface PublicAddresses {
  /** `wss://binhost:8443`; `ws:` where the control listener speaks without TLS and nothing else is said. */
  control: string;
  /** `http://binhost:8080` */
  packages: string;
  /** Settings that would say it for sure; empty: nothing was guessed. */
  guessed: ('control.url' | 'packages.url')[];
  /** The control listener is reached on this machine alone, as far as the settings say. */
  isLoopbackOnly: boolean;
}

/**
 * Where control.url or packages.url is empty, the other one's host is taken, else this machine's name.
 *
 * @param hostName of this machine
 * @param isTls whether the control listener speaks TLS itself
 */
export function publicAddresses(
  { control, packages }: Pick<CoordinatorConfig, 'control' | 'packages'>,
  { hostName, isTls }: { hostName: string; isTls: boolean },
): PublicAddresses {
  const said = [packages.url, control.url].find((url) => url !== '' && URL.canParse(url));
  const host = said === undefined ? hostName : new URL(said).hostname.replace(/^\[|\]$/g, '');
  const at = (listen: string, key: string): string => {
    const address = parseListenAddress(listen, key);
    return addressText({ host: isLoopback(address.host) ? address.host : host, port: address.port });
  };
  return {
    control: control.url || `${isTls ? 'wss' : 'ws'}://${at(control.listen, 'control.listen')}`,
    packages: (packages.url || `http://${at(packages.listen, 'packages.listen')}`).replace(/\/+$/, ''),
    guessed: [
      ...(control.url === '' && said === undefined ? (['control.url'] as const) : []),
      ...(packages.url === '' ? (['packages.url'] as const) : []),
    ],
    isLoopbackOnly: control.url === '' && isLoopback(parseListenAddress(control.listen, 'control.listen').host),
  };
}
