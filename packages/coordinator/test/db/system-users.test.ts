import { describe, expect, it } from 'vitest';
import { chooseServerUser, clusterMembers } from '../../src/db/system-users.ts';

const user = (name: string, uid: number) => ({ name, uid, gid: uid });
const root = user('root', 0);
const nobody = user('nobody', 65534);
const postgres = user('postgres', 70);
const binhost = user('binhost', 900);

describe('chooseServerUser', () => {
  it('stays whoever we are, unless we are root', () => {
    expect(chooseServerUser(nobody, [root, binhost], 'binhost')).toEqual(nobody);
  });

  it('takes binhost, else postgres, else nobody', () => {
    expect(chooseServerUser(root, [root, nobody, postgres, binhost], '')).toEqual(binhost);
    expect(chooseServerUser(root, [root, nobody, postgres], '')).toEqual(postgres);
    expect(chooseServerUser(root, [root, nobody], '')).toEqual(nobody);
  });

  it('takes the configured one, and names it when it does not exist or is root', () => {
    expect(chooseServerUser(root, [root, nobody, postgres], 'nobody')).toEqual(nobody);
    for (const wanted of ['pg', 'root']) {
      expect(() => chooseServerUser(root, [root, nobody], wanted)).toThrow(
        expect.objectContaining({ code: 'DATABASE_UNAVAILABLE', message: expect.stringContaining(wanted) }),
      );
    }
  });
});

describe('clusterMembers', () => {
  it('are the users of the processes that exist, and both of us', () => {
    expect(clusterMembers([root, nobody, binhost], user('me', 1000), nobody)).toEqual([
      'binhost',
      'me',
      'nobody',
      'root',
    ]);
  });
});
