#include "collect/tail/relation.h"

namespace headgate::collect {

Relation relation(const KnownFile& known, const OpenedFile& opened) {
  if (known.name.restart != opened.name.restart) return Relation::None;
  if (known.first_bytes.empty() || opened.first_bytes.empty()) return Relation::None;
  const bool begins_as_known = opened.first_bytes.starts_with(known.first_bytes);
  const bool known_begins_as_it = known.first_bytes.starts_with(opened.first_bytes);
  if (!begins_as_known && !known_begins_as_it) return Relation::None;
  if (known.is_truncated && begins_as_known) return Relation::Copy;

  const bool may_be_archived = known.is_missing || known.name.rotated_at == opened.name.rotated_at;
  if (opened.name.is_gzip && !known.name.is_gzip && !known.is_truncated && may_be_archived) {
    return Relation::Archive;
  }
  if (begins_as_known && known_begins_as_it) {
    return is_older(known.name, opened.name) ? Relation::Continuation : Relation::Same;
  }
  if (begins_as_known) return known.name.rotated_at.empty() ? Relation::None : Relation::Continuation;
  return opened.name.rotated_at.empty() ? Relation::None : Relation::Same;
}

bool is_same_file(const FileIdentity& known, const SeenFile& listed) {
  if (known.archive && *known.archive == listed.stat.id) return listed.name.is_gzip;
  if (known.is_truncated || known.id != listed.stat.id || known.name.is_gzip != listed.name.is_gzip)
    return false;
  return known.is_open ||
         (known.name.restart == listed.name.restart && known.name.rotated_at == listed.name.rotated_at);
}

}  // namespace headgate::collect
