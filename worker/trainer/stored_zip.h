// Zip archives whose entries are stored without compression, as torch.save() writes them.
//
// Strict: one disk, no ZIP64, no encryption, no compression; offsets and sizes come from the central
// directory (the local headers of torch.save() hold zeros), must lie inside the file, and every entry's
// CRC-32 must match.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace headsweep::trainer {

// Name -> content, as views of the archive's bytes. Throws UserError with what is wrong ("is no zip
// archive").
std::map<std::string, std::span<const std::byte>> stored_zip_entries(std::span<const std::byte> archive);

}  // namespace headsweep::trainer
