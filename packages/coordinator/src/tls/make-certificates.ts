/**
 * Makes the coordinator's own CA and the certificate that it signs for the control listener. PEM in, PEM out; nothing is
 * written here. Keys are ECDSA P-256, which every TLS library takes (docs/decisions/0003).
 */
import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { COORDINATOR_SERVER_NAME } from '@binhost/shared/trust';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface CertifiedKey {
  certificate: string;
  key: string;
}

/** How long a certificate is valid. */
export interface Validity {
  nowMs: number;
  lifeMs: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Nodes whose clocks are behind by no more than this take a new certificate at once. */
const BACKDATED_MS = 24 * 3_600_000;

x509.cryptoProvider.set(webcrypto as unknown as Crypto);

/** A CA that signs nothing but certificates of servers below itself. */
export async function makeCa(validity: Validity): Promise<CertifiedKey> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(validity),
    name: `CN=binhost-coordinator CA ${randomBytes(4).toString('hex')}`,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemLine(certificate.toString('pem')), key: await keyPem(keys.privateKey) };
}

/** A certificate for the control listener. `names`: DNS names and addresses. */
export async function makeLeaf(
  ca: CertifiedKey,
  { names, ...validity }: Validity & { names: readonly string[] },
): Promise<CertifiedKey> {
  const [keys, caKey] = await Promise.all([makeKeys(), readKey(ca.key)]);
  const issuer = new x509.X509Certificate(ca.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    ...common(validity),
    subject: `CN=${COORDINATOR_SERVER_NAME}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: caKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { certificate: pemLine(certificate.toString('pem')), key: await keyPem(keys.privateKey) };
}

function makeKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

function common({ nowMs, lifeMs }: Validity) {
  return {
    // Positive, as RFC 5280 asks for.
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + lifeMs),
    signingAlgorithm: ALGORITHM,
  };
}

function readKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']) as Promise<CryptoKey>;
}

async function keyPem(key: CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key as webcrypto.CryptoKey);
  return pemLine(x509.PemConverter.encode(der, 'PRIVATE KEY'));
}

function pemLine(pem: string): string {
  return `${pem.trimEnd()}\n`;
}
