// What the collector tells operators about itself.
// Tests: src/cli/metrics_document_test.cc
#pragma once

#include "base/metrics.h"

namespace headgate::collect {

struct CollectorMeters {
  explicit CollectorMeters(Metrics& metrics)
      : lines(metrics.counter("headgate_collect_lines_total", "Records taken from log files")),
        bytes(metrics.counter("headgate_collect_bytes_total", "Bytes read from log files")),
        joined(metrics.counter("headgate_collect_joined_lines_total",
                               "Lines that became part of the record of the ones before them")),
        damaged(metrics.counter("headgate_collect_parse_errors_total",
                                "Lines that are not CRI lines, delivered marked")),
        split(metrics.counter("headgate_collect_parts_total", "Parts of records over the size limit")),
        times_ignored(metrics.counter(
            "headgate_collect_message_times_ignored_total",
            "Records whose messages give a time too far from the runtime's, which is taken instead")),
        truncated(
            metrics.counter("headgate_collect_truncations_total", "Files that were cut and written anew")),
        errors(
            metrics.counter("headgate_collect_errors_total", "Files and directories that could not be read")),
        archives_damaged(metrics.counter("headgate_collect_archives_damaged_total",
                                         "Gzipped log files that could not be read to their end")),
        dropped(metrics.counter("headgate_collect_dropped_total",
                                "Records known to be lost: always 0, alarm on it")),
        link_files_lost(metrics.counter(
            "headgate_collect_link_files_lost_total",
            "Log files that were rotated behind a link between two looks: their lines may be lost")),
        link_bytes_lost(metrics.counter("headgate_collect_link_bytes_lost_total",
                                        "Bytes of those of them that were still there")),
        foreign(metrics.counter("headgate_collect_foreign_files_total",
                                "Files not delivered because none of their first lines is a CRI line")),
        refused(metrics.gauge("headgate_collect_refused_files",
                              "Links, pipes, files with several names or of other owners among the pods' "
                              "logs, which are not opened")),
        undecided_lost(metrics.counter("headgate_collect_undecided_files_lost_total",
                                       "Log files removed before the cluster said whether they are wanted")),
        undecided(metrics.gauge("headgate_collect_undecided_containers",
                                "Containers whose logs wait until the cluster says whether they are wanted")),
        guessed(metrics.counter("headgate_collect_unknown_pods_total",
                                "Containers followed though the cluster did not know their pods")),
        spool_bytes(metrics.gauge(
            "headgate_collect_spool_bytes",
            "Bytes in the spool: of batches that are filled, wait for the store, or are put aside")),
        spool_full(
            metrics.gauge("headgate_collect_spool_full", "1 while reading waits for room in the spool")),
        spool_damaged(metrics.gauge("headgate_collect_spool_damaged", "Damaged batches put aside")),
        files(metrics.gauge("headgate_collect_open_files", "Log files open")),
        files_max(metrics.gauge("headgate_collect_open_files_max", "Log files that may be open")),
        deleted_bytes(metrics.gauge("headgate_collect_deleted_bytes",
                                    "Bytes of log files that were deleted and are not read to their end")),
        containers(metrics.gauge("headgate_collect_containers", "Containers followed")),
        open_batches(metrics.gauge("headgate_collect_open_batches", "Batches being filled")),
        sharing(metrics.gauge("headgate_collect_sharing_containers",
                              "Containers whose lines share objects, for want of batches of their own")),
        buffered_bytes(
            metrics.gauge("headgate_collect_buffered_bytes", "Memory that buffers of batches take")),
        held_bytes(metrics.gauge("headgate_collect_held_bytes",
                                 "Bytes of lines that wait for more of their record")),
        unread(metrics.gauge("headgate_collect_unread_bytes_max",
                             "Unread bytes of the container furthest behind")),
        lag_seconds(metrics.gauge("headgate_collect_lag_seconds_max",
                                  "Age of the last line read, of the container longest behind")),
        polling(metrics.gauge("headgate_collect_polling",
                              "1 while directories are polled, for want of events")) {}
  Counter& lines;
  Counter& bytes;
  Counter& joined;
  Counter& damaged;
  Counter& split;
  Counter& times_ignored;
  Counter& truncated;
  Counter& errors;
  Counter& archives_damaged;
  Counter& dropped;
  Counter& link_files_lost;
  Counter& link_bytes_lost;
  Counter& foreign;
  Gauge& refused;
  Counter& undecided_lost;
  Gauge& undecided;
  Counter& guessed;
  Gauge& spool_bytes;
  Gauge& spool_full;
  Gauge& spool_damaged;
  Gauge& files;
  Gauge& files_max;
  Gauge& deleted_bytes;
  Gauge& containers;
  Gauge& open_batches;
  Gauge& sharing;
  Gauge& buffered_bytes;
  Gauge& held_bytes;
  Gauge& unread;
  Gauge& lag_seconds;
  Gauge& polling;
};

}  // namespace headgate::collect
