import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Where no webhook is: link-local addresses, among them the metadata services of clouds, and what is nobody's. */
const refused = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  refused.addSubnet(net, bits);
  // The same, as translators between IPv4 and IPv6 write it (RFC 6052, RFC 3056).
  refused.addSubnet(`64:ff9b::${net}`, 96 + bits, 'ipv6');
  refused.addSubnet(`2002:${hexOf(net)}::`, 16 + bits, 'ipv6');
}
refused.addAddress('100.100.100.200');
refused.addAddress('::', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('fd20:ce::254', 'ipv6');

export function isLoopbackAddress(address: string): boolean {
  return isIn(loopback, address);
}

/** Whether nothing is sent there. An IPv4 address that is written as IPv6 is the same address. */
export function isRefusedAddress(address: string): boolean {
  return isIP(address) === 0 || isIn(refused, address);
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function hexOf(ipv4: string): string {
  const hex = Buffer.from(ipv4.split('.').map(Number)).toString('hex');
  return `${hex.slice(0, 4)}:${hex.slice(4)}`;
}
