import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { systemClock } from '@binhost/shared/time';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';
import * as x509 from '@peculiar/x509';

/** A CA of a test, and what it signs. All PEM. */
export interface TestCa {
  pem: string;
  sign(changed?: Partial<TestLeaf>): Promise<{ cert: string; key: string }>;
}

export interface TestLeaf {
  name: string;
  notBefore: Date;
  notAfter: Date;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3_600_000;

/** A CA as a coordinator makes one, whose leaves may have any name and any dates. */
export async function makeTestCa(): Promise<TestCa> {
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const keys = await makeKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=CA of a test',
    notBefore: new Date(systemClock.nowMs() - 365 * DAY_MS),
    notAfter: new Date(systemClock.nowMs() + 365 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const pem = `${ca.toString('pem')}\n`;
  return { pem, sign: (changed) => signLeaf(ca, keys.privateKey, { ...DEFAULT_LEAF(), ...changed }) };
}

const DEFAULT_LEAF = (): TestLeaf => ({
  name: COORDINATOR_SERVER_NAME,
  notBefore: new Date(systemClock.nowMs() - DAY_MS),
  notAfter: new Date(systemClock.nowMs() + DAY_MS),
});

async function signLeaf(ca: x509.X509Certificate, signingKey: CryptoKey, { name, notBefore, notAfter }: TestLeaf) {
  const keys = await makeKeys();
  const leaf = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: ca.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  });
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as webcrypto.CryptoKey);
  return {
    cert: `${leaf.toString('pem')}\n${ca.toString('pem')}\n`,
    key: x509.PemConverter.encode(der, 'PRIVATE KEY'),
  };
}

function makeKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}
