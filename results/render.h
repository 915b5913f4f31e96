// Tables as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "results/table.h"

namespace headsweep::results {

// kTable: aligned columns, numbers in four significant digits, long text cut. kCsv: RFC 4180 with line feeds, one
// header line, NULL empty. kJson: a list of objects, NULL null, numbers in full. kMarkdown: a pipe table, cells as in kTable.
enum class Format : std::uint8_t { kTable, kCsv, kJson, kMarkdown };

// "table", "csv", "json", "markdown". Throws UserError on another name.
Format parse_format(std::string_view name);

// Four significant digits, as cells of kTable have them.
std::string readable_number(double value);

// Ends with a newline.
std::string render(const Table& table, Format format);

}  // namespace headsweep::results
