import { parsePretendOutput } from '@binhost/shared/emerge';
import { decodeAgentMessage } from '@binhost/shared/protocol';
import { makeMergeEntry, makeReport } from '@binhost/testkit';
import { compare, type Figure } from './figure.ts';

// What the two hot paths cost beside the least that could be done with the same bytes.
//   npm run bench -- --json

const PACKAGES = 500;
const rounds = process.argv.includes('--short') ? 15 : 101;

const figures: Figure[] = [parsing(), decoding()];
for (const figure of figures) {
  if (process.argv.includes('--json')) console.log(JSON.stringify(figure));
  else console.log(`${figure.name}: ${figure.value} ms, ${figure.ratio} times ${figure.baseline} ms`);
}

/** A list of 500 packages, beside cutting the same text into words. */
function parsing(): Figure {
  const rows = Array.from(
    { length: PACKAGES },
    (_, index) =>
      `[ebuild     U  ] dev-libs/package${index}x-1.${index}.2-r1:0/2::gentoo [1.${index}.1:0/1::gentoo] ` +
      'USE="ssl -static-libs threads* (-debug) {test}" ABI_X86="(64) -32 (-x32)" CPU_FLAGS_X86="avx2 sse4_2 -avx512f" 1,204 KiB',
  );
  const total = `Total: ${PACKAGES} packages (${PACKAGES} upgrades), Size of downloads: 602,000 KiB`;
  const stdout = `\nThese are the packages that would be merged, in order:\n\n${rows.join('\n')}\n\n${total}\n`;
  const parsed = parsePretendOutput({ stdout, stderr: '' }).entries.length;
  if (parsed !== PACKAGES) throw new Error(`expected ${PACKAGES} parsed packages, got ${parsed}`);
  return compare(
    'parse a list of 500 packages',
    rounds,
    () => parsePretendOutput({ stdout, stderr: '' }),
    () => stdout.split('\n').map((line) => line.split(/\s+/)),
  );
}

/** A report of 500 packages checked against the schema, beside JSON.parse of the same text. */
function decoding(): Figure {
  const entries = Array.from({ length: PACKAGES }, (_, index) =>
    makeMergeEntry({ cpv: `dev-libs/package${index}x-1.0` }),
  );
  const text = JSON.stringify(makeReport({ entries }));
  const value: unknown = JSON.parse(text);
  return compare(
    'check a report of 500 packages',
    rounds,
    () => decodeAgentMessage(value),
    () => JSON.parse(text),
  );
}
