import { makeTestCa } from '@binhost/testkit';
import { expect, test } from 'vitest';
import { PIN_PATTERN, pinOf } from '../../src/trust/index.ts';

const KNOWN = `-----BEGIN CERTIFICATE-----
MIIBXTCCAQSgAwIBAgIBATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpiaW5ob3N0
IENBMB4XDTI2MTEyMjIzNDAwN1oXDTM2MTEyMDAwNDAwN1owFTETMBEGA1UEAxMK
YmluaG9zdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPvBf55g+ge3cunr
lB19taETIoAVCMPYqhxpVWvkMOMFrJKbQiZ08JoP5wv/QNxjjGllL/vF/xJGYLj5
2cRai12jRTBDMBIGA1UdEwEB/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgEGMB0G
A1UdDgQWBBQkKNtqfk50+itQUE6F5QMCiCqYqTAKBggqhkjOPQQDAgNHADBEAiBJ
gPWOTJOD57v+Wc8n+x1RQe8sRSBCluzWa0IRD72GwQIgZQStQzrtD/ubW9kQn0IW
Gr9wenBwOXsEMxZiP1tTnZ4=
-----END CERTIFICATE-----`;
const KNOWN_PIN = 'sha256:IsJKmw1H8Loon7TDKDGOmDD1aladfjUtAWk4ChYrk6M';

test('a pin is the SHA-256 of the public key: the same for every certificate on that key, another for every other key', async () => {
  const [one, other] = await Promise.all([makeTestCa(), makeTestCa()]);
  expect(pinOf(one.pem)).toMatch(PIN_PATTERN);
  expect(pinOf(one.pem)).toBe(pinOf(Buffer.from(one.pem)));
  expect(pinOf(one.pem)).not.toBe(pinOf(other.pem));
});

test('a known certificate has the pin that openssl finds', () => {
  // openssl x509 -in ca.pem -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | basenc --base64url
  expect(pinOf(KNOWN)).toBe(KNOWN_PIN);
});

test('what is no certificate is refused', () => {
  expect(() => pinOf('-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n')).toThrow();
});
