/** What a browser says of where a request comes from; values as in the headers. */
export interface OriginHeaders {
  origin?: string | undefined;
  host?: string | undefined;
  'sec-fetch-site'?: string | undefined;
}

/**
 * Whether a web page of somebody else sent the request. Programs that are no browsers send neither header, and are judged by
 * what they show alone.
 *
 * @param origins further origins at which the page is reached, such as `https://binhost.example` behind a proxy
 * @param isReading nothing is changed: then also a link from elsewhere may lead here
 */
export function isForeignOrigin(headers: OriginHeaders, origins: readonly string[], isReading: boolean): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) return !origins.includes(origin) && hostOf(origin) !== host?.toLowerCase();
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !isReading;
}

/** @returns undefined for `null`, which pages without an origin of their own send */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
