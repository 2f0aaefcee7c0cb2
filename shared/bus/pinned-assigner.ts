// A partition assigner that gives its group's only member exactly the partitions it was pinned to.
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const NAME = 'EvPinned';
const VERSION = 1;

/** @param assignment partitions by topic; its topics are those that the consumer subscribes to */
export function pinnedAssigner(assignment: Readonly<Record<string, number[]>>): PartitionAssigner {
  return () => ({
    name: NAME,
    version: VERSION,
    // Every process has a group of its own, so there is one member; were there more, each would get the same.
    assign: ({ members }) =>
      Promise.resolve(
        members.map(({ memberId }) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: VERSION,
            assignment,
            userData: Buffer.alloc(0),
          }),
        })),
      ),
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
    }),
  });
}
