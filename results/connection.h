// SQLite connections to a store, and what SQLite's errors mean to a person.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <SQLiteCpp/Exception.h>

namespace SQLite {
class Database;
}

namespace headsweep::results {

class OwnerLock;

enum class Contents : std::uint8_t { kNothing, kStore };

// What the file holds. Throws UserError: it belongs to another application or to a newer headsweep.
Contents check_contents(SQLite::Database& database, const std::filesystem::path& store);

// Throws UserError if the path is empty, a folder, a device or a file that is no store: asked before anything is written beside it.
// Opens and closes the file, so not while this process has it open.
void require_store_or_nothing(const std::filesystem::path& store);

// Opens for the one writer, creating the file if there is none. Commits wait up to 60 s for readers. Throws UserError.
SQLite::Database open_for_writing(const std::filesystem::path& store);

// How commits reach the disk, by the file system the store lies on:
// local: write-ahead log, so that readers and the writer never wait for each other; elsewhere WAL's shared memory
// does not work between hosts: rollback journal, kept and truncated. Both with synchronous = FULL: an agent forgets a
// result once it is committed, so a commit has to survive a power cut; at ten commits a second the fsync costs nothing.
void set_journal(SQLite::Database& database, const std::filesystem::path& store);

// Leaves the store as a single file (journal_mode = DELETE), which also opens in a read-only folder. Not possible
// while somebody reads: then it stays in WAL mode until the next clean end.
void close_journal(SQLite::Database& database) noexcept;

// Opens for reading; a store that a run writes at the same time too. Waits up to 30 s for a commit. Throws UserError:
// no such file, a folder, not a store, damaged, newer than this program.
SQLite::Database open_for_reading(const std::filesystem::path& store);

// From now on commits of that connection fail and roll back once `lock` is lost. Both outlive the connection's use.
void refuse_commits_once_lost(SQLite::Database& database, OwnerLock& lock);

// One line for the person: that the store is another run's.
std::string taken_over(const std::filesystem::path& store);

// One line for the person: what happened to which store, and what to do.
std::string describe_problem(const SQLite::Exception& error, const std::filesystem::path& store);

}  // namespace headsweep::results
