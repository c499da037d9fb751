#!/usr/bin/Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Draw a metric of every cell in a results file with its 95 % interval: Rscript figure.R RESULTS.h5 FIGURE.svg [METRIC]
library(ncdf4)

arguments <- commandArgs(trailingOnly = TRUE)
metric <- if (length(arguments) > 2) arguments[3] else "reported_satisfaction"
results <- nc_open(arguments[1])

# R sees dimensions reversed: a summary is statistic by cell.
statistic <- ncvar_get(results, "summary/statistic")
values <- matrix(ncvar_get(results, paste0("summary/", metric)), nrow = length(statistic), dimnames = list(statistic, NULL))
cells <- data.frame(t(values), label = ncvar_get(results, "strategy"))

# The values of a design's paths: what else has one for each cell.
besides <- c("strategy", "replications_run", "status", "stopped_by", "error")
for (variable in results$var) {
  if (!grepl("/", variable$name) && variable$ndims == 1 && variable$dim[[1]]$name == "cell" && !variable$name %in% besides)
    cells$label <- paste0(cells$label, ", ", variable$name, " ", ncvar_get(results, variable$name))
}
cells <- cells[order(cells$mean), ]

svg(arguments[2], width = 0.09 * max(nchar(cells$label)) + 5, height = 0.2 * nrow(cells) + 1.8)
par(mar = c(4, 0.45 * max(nchar(cells$label)) + 1, 3, 1))
place <- seq_len(nrow(cells))
plot(cells$mean, place, pch = 19, xlim = range(cells$ci_low, cells$ci_high), yaxt = "n", ylab = "",
     xlab = ncatt_get(results, paste0("summary/", metric), "long_name")$value)
title(paste(strwrap(ncatt_get(results, 0, "question")$value, 50), collapse = "\n"), cex.main = 1)
segments(cells$ci_low, place, cells$ci_high, place)
axis(2, place, cells$label, las = 1)
grid(ny = NA)
invisible(dev.off())
nc_close(results)
