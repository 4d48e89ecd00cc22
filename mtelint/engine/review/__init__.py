"""What is reviewed: mails, files, trees, changes; here or by other processes."""
