// Which addresses are reached only from where we are: of this machine, of private networks, of links, and those that
// stand for others. Whoever may name an address that we call must not reach through us what he cannot reach himself.
import { BlockList, isIP } from 'node:net';

const IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12],
  ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15],
  ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
];
/** With those that hold an IPv4 address: NAT64, Teredo, 6to4. */
const IPV6: readonly (readonly [string, number])[] = [
  ['::', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32],
  ['2002::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
];

const PRIVATE = new BlockList();
for (const [net, prefix] of IPV4) PRIVATE.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of IPV6) PRIVATE.addSubnet(net, prefix, 'ipv6');

/** The IP address that a host of a URL is; null: it is a name. */
export function ipOf(host: string): string | null {
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(plain) === 0 ? null : plain;
}

/** What is no IP address at all is private, too: nobody knows where it leads. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const version = isIP(mapped);
  return version === 0 || PRIVATE.check(mapped, version === 4 ? 'ipv4' : 'ipv6');
}
